import type { Recommendation, RecommendationState } from '@greenlight/protocol/review';
import { useQuery } from '@tanstack/react-query';
import { Inbox } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'wouter';
import { Page } from '../../app/page.tsx';
import { isTaken } from '../../app/use-shortcuts.ts';
import { Button } from '../../components/button.tsx';
import { Empty } from '../../components/empty.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Scroller } from '../../components/scroller.tsx';
import { failureOf } from '../../data/api.ts';
import { recommendationsQuery } from '../../data/recommendations.ts';
import { mayReview, type Me } from '../../data/session.ts';
import { Inboxes } from './inboxes.tsx';
import { DECISION_KEYS, RecommendationCard } from './recommendation-card.tsx';
import { RecommendationList } from './recommendation-list.tsx';
import { useDecisions } from './use-decisions.ts';

export const INBOXES = [
  'open',
  'approved',
  'applied',
  'rejected',
  'undone',
] as const satisfies readonly RecommendationState[];

const EMPTY_WORDS = {
  open: ['Nothing waits for review', 'Changes that a validation proposes come here.'],
  approved: ['Nothing is approved and not yet applied', 'Approve a recommendation, then apply it here.'],
  applied: ['Nothing was applied', 'What was written to files is listed here, and can be undone.'],
  rejected: ['Nothing was rejected', 'What was turned down is listed here.'],
  undone: ['Nothing was undone', 'What was applied and taken back is listed here.'],
} as const satisfies Record<RecommendationState, readonly [string, string]>;

export function Review({ me }: { me: Me }) {
  const [search, setSearch] = useSearchParams();
  const inbox = INBOXES.find((state) => state === search.get('state')) ?? 'open';
  const { data: items = [], error, isPending } = useQuery(recommendationsQuery({ state: inbox }));
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const decisions = useDecisions();
  const wanted = search.get('id');
  // When the chosen one is decided it leaves the list; the one that takes its place is next.
  const [place, setPlace] = useState(0);
  const found = items.findIndex(({ id }) => id === wanted);
  const at = found >= 0 ? found : Math.min(place, items.length - 1);
  const current: Recommendation | undefined = items[at];
  const chosen = items.filter(({ id }) => marked.has(id));

  const go = (index: number): void => {
    const next = items[index];
    if (!next) return;
    setPlace(index);
    setSearch({ ...(inbox !== 'open' && { state: inbox }), id: next.id }, { replace: true });
  };

  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (isTaken(event) || event.shiftKey) return;
      const decision = DECISION_KEYS[event.key];
      if (event.key === 'j') go(at + 1);
      else if (event.key === 'k') go(at - 1);
      else if (decision && current && mayReview(me)) {
        setPlace(at);
        void decisions.decide(chosen.length > 0 ? chosen : [current], decision);
      } else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  });

  const [title, words] = EMPTY_WORDS[inbox];
  return (
    <Page title="Review" fixed>
      <Inboxes
        inbox={inbox}
        onChoose={(state) => {
          setMarked(new Set());
          setPlace(0);
          setSearch(state === 'open' ? {} : { state });
        }}
      />
      {error && (
        <div className="p-4">
          <ProblemNote failure={failureOf(error)} />
        </div>
      )}
      {current === undefined ? (
        <Empty icon={Inbox} title={isPending ? 'Reading the inbox' : title}>
          {isPending ? undefined : words}
        </Empty>
      ) : (
        <div className="grid min-h-0 flex-1 grid-rows-[minmax(8rem,30%)_minmax(0,1fr)] md:grid-cols-[20rem_minmax(0,1fr)] md:grid-rows-1">
          <div className="flex min-h-0 flex-col border-b border-line md:border-r md:border-b-0">
            <RecommendationList
              items={items}
              current={current.id}
              marked={marked}
              onMark={setMarked}
              onChoose={go}
            />
            {chosen.length > 0 && mayReview(me) && (
              <div className="flex flex-wrap items-center gap-2 border-t border-line bg-sunken px-3 py-2">
                <span className="mr-auto text-xs text-muted">{chosen.length} marked</span>
                {inbox === 'open' && (
                  <>
                    <Button
                      disabled={decisions.deciding !== null}
                      onClick={() => void decisions.decide(chosen, 'approve')}
                    >
                      Approve
                    </Button>
                    <Button
                      disabled={decisions.deciding !== null}
                      onClick={() => void decisions.decide(chosen, 'reject')}
                    >
                      Reject
                    </Button>
                  </>
                )}
                {inbox === 'approved' && (
                  <Button
                    disabled={decisions.deciding !== null}
                    onClick={() => void decisions.decide(chosen, 'apply')}
                  >
                    Apply
                  </Button>
                )}
              </div>
            )}
          </div>
          <Scroller label="The recommendation" className="min-h-0 bg-surface">
            <RecommendationCard
              recommendation={current}
              decisions={decisions}
              mayDecide={mayReview(me)}
              keys
              linkRun
            />
          </Scroller>
        </div>
      )}
    </Page>
  );
}
