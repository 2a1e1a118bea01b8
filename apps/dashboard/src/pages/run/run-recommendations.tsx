import type { Recommendation } from '@greenlight/protocol/review';
import { Lightbulb } from 'lucide-react';
import { Button } from '../../components/button.tsx';
import { Empty } from '../../components/empty.tsx';
import { plural } from '../../components/format.ts';
import { mayReview, type Me } from '../../data/session.ts';
import { RecommendationCard } from '../review/recommendation-card.tsx';
import { useDecisions } from '../review/use-decisions.ts';

/** More than this is worked through on the review page, which shows one at a time. */
const SHOWN = 25;

type Props = {
  items: readonly Recommendation[];
  /** The run may have drafted more than are shown at once. */
  total: number;
  me: Me;
  ended: boolean;
};

export function RunRecommendations({ items, total, me, ended }: Props) {
  const decisions = useDecisions();
  if (items.length === 0)
    return (
      <Empty icon={Lightbulb} title={ended ? 'Nothing to recommend' : 'No recommendations yet'}>
        {ended
          ? 'No finding of this run has a fix that a machine could propose.'
          : 'They are drafted when the checks are through.'}
      </Empty>
    );
  const open = items.filter(({ state }) => state === 'open');
  const approved = items.filter(({ state }) => state === 'approved');
  return (
    <div>
      {mayReview(me) && (
        <div className="flex flex-wrap items-center gap-2 border-b border-line px-3.5 py-2">
          <p className="text-xs text-muted">
            {open.length} open · {approved.length} approved
          </p>
          <div className="ml-auto flex gap-2">
            {open.length > 1 && (
              <Button
                disabled={decisions.deciding !== null}
                onClick={() => void decisions.decide(open, 'approve')}
              >
                Approve {total > items.length ? 'these' : 'all'} {open.length}
              </Button>
            )}
            {approved.length > 1 && (
              <Button
                disabled={decisions.deciding !== null}
                onClick={() => void decisions.decide(approved, 'apply')}
              >
                Apply {total > items.length ? 'these' : 'all'} {approved.length}
              </Button>
            )}
          </div>
        </div>
      )}
      <ul className="divide-y divide-line">
        {items.slice(0, SHOWN).map((recommendation) => (
          <li key={recommendation.id}>
            <RecommendationCard
              recommendation={recommendation}
              decisions={decisions}
              mayDecide={mayReview(me)}
            />
          </li>
        ))}
      </ul>
      {total > SHOWN && (
        <p className="border-t border-line px-3.5 py-3 text-muted">
          {plural(total - SHOWN, 'more recommendation')}: work through them on the review page.
        </p>
      )}
    </div>
  );
}
