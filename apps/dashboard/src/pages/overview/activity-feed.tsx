import { Radio } from 'lucide-react';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { Ago } from '../../components/ago.tsx';
import { Empty } from '../../components/empty.tsx';
import { EventDot } from '../../components/event-dot.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { SimulatedMark } from '../../components/simulated.tsx';
import { describeEvent } from '../../data/describe-event.ts';
import { feed as feedStore } from '../../data/feed.ts';
import { foldFeed, workflowOf, type FeedEntry } from '../../data/feed-entries.ts';
import { runs as runsStore } from '../../data/runs.ts';
import { useStore } from '../../data/store.ts';

const SHOWN = 60;

/** What happened, newest first: from the log after a reload, then live. */
export function ActivityFeed() {
  const { publications, filled, failure } = useStore(feedStore);
  const entries = useMemo(() => foldFeed(publications).slice(0, SHOWN), [publications]);
  const { runs } = useStore(runsStore);
  const titles = useMemo(() => new Map(runs.map(({ id, title }) => [id, title])), [runs]);
  return (
    <Panel title="Activity">
      {failure && (
        <div className="p-3">
          <ProblemNote failure={failure} />
        </div>
      )}
      {entries.length === 0 ? (
        <Empty icon={Radio} title={filled ? 'Nothing has happened yet' : 'Reading the log'}>
          {filled ? 'Runs, decisions and notices appear here while they happen.' : undefined}
        </Empty>
      ) : (
        <ol data-feed className="py-1">
          {entries.map((entry) => (
            <Line key={entry.key} entry={entry} run={titles.get(workflowOf(entry.newest) ?? '') ?? null} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Line({ entry: { newest, count }, run }: { entry: FeedEntry; run: string | null }) {
  const { title, detail, tone } = describeEvent(newest.event);
  const id = workflowOf(newest);
  const about = run ?? id;
  const words = [...new Set([about, count > 1 ? '' : detail].filter(Boolean))].join(' · ');
  return (
    <li className="fade flex items-baseline gap-2.5 px-3.5 py-1">
      <EventDot tone={tone} />
      <p className="min-w-0 flex-1 truncate" title={words}>
        <span>{title}</span>
        {count > 1 && <span className="text-muted"> × {count}</span>}
        {words !== '' && <span className="text-muted"> · </span>}
        {id !== null ? (
          <Link href={`/runs/${id}`} className="text-muted hover:text-ink hover:underline">
            {words}
          </Link>
        ) : (
          <span className="text-muted">{words}</span>
        )}
      </p>
      {newest.event.simulated && <SimulatedMark />}
      <span className="shrink-0 text-xs text-faint">
        <Ago at={newest.event.time} />
      </span>
    </li>
  );
}
