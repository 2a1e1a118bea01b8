import { ListTree, Plus, SearchX } from 'lucide-react';
import { useDeferredValue, useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { Page } from '../../app/page.tsx';
import { Button } from '../../components/button.tsx';
import { Empty } from '../../components/empty.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { runs as runsStore } from '../../data/runs.ts';
import { maySteer, type Me } from '../../data/session.ts';
import { useStore } from '../../data/store.ts';
import { openStartDialog } from '../start/start-dialog-state.ts';
import { filterFrom, filterRuns, searchFrom, type RunFilter } from './run-filter.ts';
import { RunFilterBar } from './run-filter-bar.tsx';
import { RunTable } from './run-table.tsx';

export function Runs({ me }: { me: Me }) {
  const { runs, loaded, failure } = useStore(runsStore);
  const [search, setSearch] = useSearchParams();
  const filter = useMemo(() => filterFrom(search), [search]);
  const settled = useDeferredValue(filter);
  const shown = useMemo(() => filterRuns(runs, settled), [runs, settled]);
  const change = (next: RunFilter): void => setSearch(searchFrom(next), { replace: true });
  return (
    <Page
      title="Runs"
      fixed
      actions={
        maySteer(me) && (
          <Button look="plain" className="md:hidden" onClick={() => openStartDialog()}>
            <Plus aria-hidden />
            New validation
          </Button>
        )
      }
    >
      <RunFilterBar
        runs={runs}
        filter={filter}
        shown={shown.length}
        complete={loaded === 'all'}
        onChange={change}
      />
      {failure && (
        <div className="px-4 pb-3 md:px-6">
          <ProblemNote failure={failure} />
        </div>
      )}
      {shown.length > 0 ? (
        <RunTable runs={shown} />
      ) : loaded !== 'all' ? (
        <Empty icon={ListTree} title="Reading the runs" />
      ) : runs.length === 0 ? (
        <Empty
          icon={ListTree}
          title="No runs yet"
          action={
            maySteer(me) && (
              <Button look="primary" onClick={() => openStartDialog()}>
                Start a validation
              </Button>
            )
          }
        >
          A run appears here the moment it is created, by you or by another process.
        </Empty>
      ) : (
        <Empty
          icon={SearchX}
          title="No run fits this filter"
          action={
            <Button onClick={() => change({ state: null, kind: null, text: '' })}>Show all runs</Button>
          }
        />
      )}
    </Page>
  );
}
