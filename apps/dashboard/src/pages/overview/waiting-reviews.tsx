import { Inbox } from 'lucide-react';
import { Link } from 'wouter';
import { Empty } from '../../components/empty.tsx';
import { plural } from '../../components/format.ts';
import { Panel } from '../../components/panel.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { failureOf } from '../../data/api.ts';
import { RECOMMENDATIONS_SHOWN, useOpenReviews } from '../../data/recommendations.ts';

const SHOWN = 5;

/** What needs a person. */
export function WaitingReviews() {
  const { data: open = [], error } = useOpenReviews();
  return (
    <Panel
      title="Needs you"
      aside={
        open.length > 0 && (
          <Link href="/review" className="hover:text-ink hover:underline">
            {plural(open.length, 'recommendation')}
            {open.length >= RECOMMENDATIONS_SHOWN && ' or more'}
          </Link>
        )
      }
    >
      {error ? (
        <div className="p-3">
          <ProblemNote failure={failureOf(error)} />
        </div>
      ) : open.length === 0 ? (
        <Empty icon={Inbox} title="Nothing waits for you">
          Changes that a validation proposes wait here for your decision.
        </Empty>
      ) : (
        <ul className="py-1">
          {open.slice(0, SHOWN).map((recommendation) => (
            <li key={recommendation.id}>
              <Link href={`/review?id=${recommendation.id}`} className="block px-3.5 py-1.5 hover:bg-hover">
                <span className="block truncate">{recommendation.title}</span>
                <span className="block truncate text-xs text-muted">{recommendation.file}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
