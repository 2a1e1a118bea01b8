import { isTerminal } from '@greenlight/protocol/run';
import { Page } from '../../app/page.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { runs as runsStore } from '../../data/runs.ts';
import { isOperator, type Me } from '../../data/session.ts';
import { useStore } from '../../data/store.ts';
import { ActiveRuns } from './active-runs.tsx';
import { ActivityFeed } from './activity-feed.tsx';
import { FirstRun } from './first-run.tsx';
import { NodePanels } from './node-panels.tsx';
import { RunCounts } from './run-counts.tsx';
import { WaitingReviews } from './waiting-reviews.tsx';

export function Overview({ me }: { me: Me }) {
  const { runs, loaded, failure } = useStore(runsStore);
  const first = loaded === 'all' && runs.length === 0;
  return (
    <Page title="Overview">
      <div className="mx-auto flex max-w-6xl flex-col gap-4">
        {failure && <ProblemNote failure={failure} />}
        {first ? <FirstRun me={me} /> : <RunCounts runs={runs} known={loaded !== 'nothing'} />}
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
          <div className="flex min-w-0 flex-col gap-4">
            {!first && (
              <ActiveRuns
                runs={runs.filter(({ state }) => !isTerminal(state))}
                known={loaded !== 'nothing'}
                me={me}
              />
            )}
            <ActivityFeed />
          </div>
          <div className="flex min-w-0 flex-col gap-4">
            <WaitingReviews />
            {isOperator(me) && <NodePanels />}
          </div>
        </div>
      </div>
    </Page>
  );
}
