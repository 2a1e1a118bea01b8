import { ATTEMPT_OUTCOMES, type AttemptTrace } from '@greenlight/protocol/attempt-trace';
import { TRANSPORTS } from '@greenlight/protocol/transport';
import { useQuery } from '@tanstack/react-query';
import { DoorOpen, SearchX } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { Page } from '../../app/page.tsx';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/choice.tsx';
import { Empty } from '../../components/empty.tsx';
import { plural } from '../../components/format.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { attemptList, attemptQuery, followAttempts } from '../../data/attempts.ts';
import { useStore } from '../../data/store.ts';
import {
  EVERY_ATTEMPT,
  filterAttempts,
  filterFrom,
  groupRefusals,
  searchFrom,
  type AttemptFilter,
} from './attempt-filter.ts';
import { AttemptTable } from './attempt-table.tsx';
import { RefusalGroups } from './refusal-groups.tsx';

/** Who tried to get in, and how far each came. */
export function Handshakes() {
  useEffect(followAttempts, []);
  const { attempts, loaded, failure } = useStore(attemptList);
  const [search, setSearch] = useSearchParams();
  const filter = useMemo(() => filterFrom(search), [search]);
  const { data: named } = useQuery(attemptQuery(filter.attempt));
  const shown = useMemo(() => {
    const wanted = filter.grouped ? { ...filter, outcome: 'refused' as const } : filter;
    const fitting = filterAttempts(attempts, wanted);
    return fitting.length === 0 && named ? filterAttempts([named], wanted) : fitting;
  }, [attempts, filter, named]);
  const change = (next: AttemptFilter): void => setSearch(searchFrom(next), { replace: true });
  return (
    <Page title="Handshakes" fixed>
      <FilterBar attempts={attempts} shown={shown.length} filter={filter} onChange={change} />
      {failure && (
        <div className="px-4 pb-3 md:px-6">
          <ProblemNote failure={failure} />
        </div>
      )}
      {shown.length === 0 ? (
        <Nothing loaded={loaded} filtered={search.size > 0} onAll={() => change(EVERY_ATTEMPT)} />
      ) : filter.grouped ? (
        <RefusalGroups
          groups={groupRefusals(shown)}
          onChoose={(code) => change({ ...filter, code, grouped: false })}
        />
      ) : (
        <AttemptTable attempts={shown} chosen={filter.attempt} />
      )}
    </Page>
  );
}

type BarProps = {
  attempts: readonly AttemptTrace[];
  shown: number;
  filter: AttemptFilter;
  onChange: (filter: AttemptFilter) => void;
};

function FilterBar({ attempts, shown, filter, onChange }: BarProps) {
  const codes = useMemo(() => {
    const seen = new Set<string>(attempts.flatMap(({ code }) => code ?? []));
    if (filter.code !== null) seen.add(filter.code);
    return [...seen].toSorted();
  }, [attempts, filter.code]);
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 px-4 py-3 md:px-6">
      <SearchField
        label="Attempt id"
        value={filter.attempt}
        onChange={(attempt) => onChange({ ...filter, attempt: attempt.trim() })}
        className="w-full sm:w-64"
      />
      <Choice
        label="Outcome"
        every="Every outcome"
        options={ATTEMPT_OUTCOMES}
        value={filter.outcome}
        onChange={(outcome) => onChange({ ...filter, outcome })}
      />
      <Choice
        label="Transport"
        every="Every transport"
        options={TRANSPORTS}
        value={filter.transport}
        onChange={(transport) => onChange({ ...filter, transport })}
      />
      <Choice
        label="Code"
        every="Every code"
        options={codes}
        value={filter.code}
        onChange={(code) => onChange({ ...filter, code })}
      />
      <Button
        aria-pressed={filter.grouped}
        className={filter.grouped ? 'bg-selected' : undefined}
        onClick={() => onChange({ ...filter, outcome: null, grouped: !filter.grouped })}
      >
        Refusals by code
      </Button>
      <output className="ml-auto text-xs text-muted">{plural(shown, 'attempt')}</output>
    </div>
  );
}

function Nothing(props: { loaded: boolean; filtered: boolean; onAll: () => void }) {
  const { loaded, filtered, onAll } = props;
  if (!loaded) return <Empty icon={DoorOpen} title="Reading the attempts" />;
  if (filtered)
    return (
      <Empty
        icon={SearchX}
        title="No attempt fits this filter"
        action={<Button onClick={onAll}>Show all attempts</Button>}
      >
        An attempt is known for ten minutes. One that never shows here was refused in front of this server.
      </Empty>
    );
  return (
    <Empty icon={DoorOpen} title="No attempts lately">
      Each connection that is let in or refused appears here the moment it happens.
    </Empty>
  );
}
