import { isTerminal } from '@greenlight/protocol/run';
import { ChevronLeft, SearchX } from 'lucide-react';
import { Link, useSearchParams } from 'wouter';
import { useQuery } from '@tanstack/react-query';
import { Page } from '../../app/page.tsx';
import { Empty } from '../../components/empty.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { recommendationsQuery } from '../../data/recommendations.ts';
import type { Me } from '../../data/session.ts';
import { useRun } from '../../data/use-run.ts';
import { useValidations } from '../../data/use-validations.ts';
import { EventLog } from './event-log.tsx';
import { InOut } from './in-out.tsx';
import { ResultList } from './result-list.tsx';
import { RunActions } from './run-actions.tsx';
import { RunHeader } from './run-header.tsx';
import { RunRecommendations } from './run-recommendations.tsx';
import { StepTimeline } from './step-timeline.tsx';

export function RunPage({ id, me }: { id: string; me: Me }) {
  const { run, log, samples, offset, failure } = useRun(id);
  const results = useValidations(id, offset, run !== null && isTerminal(run.state));
  const recommendations = useQuery(recommendationsQuery({ workflow: id }));
  const [search, setSearch] = useSearchParams();
  const lead = (
    <Link
      href="/runs"
      aria-label="Back to the runs"
      className="-ml-1 rounded-md p-1 text-muted hover:bg-hover hover:text-ink"
    >
      <ChevronLeft className="size-4" aria-hidden />
    </Link>
  );

  if (run === null)
    return (
      <Page title={failure?.status === 404 ? 'No such run' : 'Run'} lead={lead}>
        {failure?.status === 404 ? (
          <Empty icon={SearchX} title="There is no such run">
            It may have been on another server, or before its data folder was cleared.
          </Empty>
        ) : (
          failure && <ProblemNote failure={failure} />
        )}
      </Page>
    );

  const drafted = Math.max(run.counts['recommendations'] ?? 0, recommendations.data?.length ?? 0);
  const tabs = [
    {
      id: 'results',
      name: 'Results',
      count: results.validations.length,
      content: <ResultList results={results} run={run} />,
    },
    {
      id: 'recommendations',
      name: 'Recommendations',
      count: drafted,
      content: (
        <RunRecommendations
          items={recommendations.data ?? []}
          total={drafted}
          me={me}
          ended={isTerminal(run.state)}
        />
      ),
    },
    { id: 'events', name: 'Events', count: log.length, content: <EventLog log={log} /> },
    { id: 'details', name: 'Input and output', content: <InOut run={run} /> },
  ];
  const wanted = search.get('tab');
  const chosen = tabs.find((tab) => tab.id === wanted)?.id ?? 'results';
  return (
    <Page title={run.title} lead={lead} actions={<RunActions run={run} me={me} />}>
      <div className="mx-auto flex max-w-6xl flex-col gap-4">
        {failure && <ProblemNote failure={failure} />}
        <RunHeader run={run} samples={samples} />
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_19rem]">
          <section
            aria-label="What came of it"
            className="min-w-0 overflow-hidden rounded-lg border border-line bg-surface"
          >
            <Tabs
              label="About this run"
              tabs={tabs}
              chosen={chosen}
              onChoose={(tab) => setSearch(tab === 'results' ? {} : { tab }, { replace: true })}
            />
          </section>
          <StepTimeline run={run} />
        </div>
      </div>
    </Page>
  );
}
