import type { Recommendation, RecommendationState } from '@greenlight/protocol/review';
import { Check, CircleCheck, CircleDashed, CircleX, FilePen, Undo2, X, type LucideIcon } from 'lucide-react';
import { Link } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Diff } from '../../components/diff.tsx';
import { SimulatedMark, UserName } from '../../components/simulated.tsx';
import { DECISIONS, type Decision } from '../../data/recommendations.ts';
import { isSimulated } from '../../data/simulated.ts';
import type { Decisions } from './use-decisions.ts';

const BUTTONS = {
  approve: { word: 'Approve', icon: Check, key: 'a' },
  reject: { word: 'Reject', icon: X, key: 'r' },
  apply: { word: 'Apply to the file', icon: FilePen, key: 'p' },
  undo: { word: 'Undo', icon: Undo2, key: 'u' },
} as const satisfies Record<Decision, { word: string; icon: LucideIcon; key: string }>;

export const DECISION_KEYS: Readonly<Record<string, Decision>> = {
  a: 'approve',
  r: 'reject',
  p: 'apply',
  u: 'undo',
};

const STATES = {
  open: { word: 'Open', icon: CircleDashed },
  approved: { word: 'Approved', icon: CircleCheck },
  rejected: { word: 'Rejected', icon: CircleX },
  applied: { word: 'Applied', icon: FilePen },
  undone: { word: 'Undone', icon: Undo2 },
} as const satisfies Record<RecommendationState, { word: string; icon: LucideIcon }>;

export function RecommendationStateMark({ state }: { state: RecommendationState }) {
  const { word, icon: Icon } = STATES[state];
  return (
    <span className="inline-flex items-center gap-1 text-xs whitespace-nowrap text-muted">
      <Icon className="size-3.5" aria-hidden />
      {word}
    </span>
  );
}

type Props = {
  recommendation: Recommendation;
  decisions: Decisions;
  mayDecide: boolean;
  /** Shows which keys do it. */
  keys?: boolean;
  linkRun?: boolean;
};

/** What is proposed, why, how sure, and what it would change. */
export function RecommendationCard({
  recommendation,
  decisions,
  mayDecide,
  keys = false,
  linkRun = false,
}: Props) {
  const { title, file, why, confidence, rules, patch, state, decidedBy, workflow } = recommendation;
  return (
    <article
      aria-label={title}
      data-recommendation={recommendation.id}
      data-state={state}
      className="min-w-0"
    >
      <header className="flex flex-col gap-2 px-3.5 py-3">
        <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
          <div className="min-w-0">
            <h2 className="font-medium">{title}</h2>
            <p className="font-mono text-xs text-muted">{file}</p>
          </div>
          {mayDecide && (
            <div className="flex flex-wrap gap-2">
              {DECISIONS[state].map((decision) => (
                <DecisionButton
                  key={decision}
                  decision={decision}
                  recommendation={recommendation}
                  decisions={decisions}
                  keys={keys}
                />
              ))}
            </div>
          )}
        </div>
        <p className="text-muted">{why}</p>
        <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted">
          <RecommendationStateMark state={state} />
          {decidedBy !== undefined && (
            <span className="inline-flex min-w-0 gap-1">
              by <UserName user={decidedBy} />
            </span>
          )}
          {recommendation.simulated && !isSimulated(decidedBy) && <SimulatedMark />}
          <span>{Math.round(confidence * 100)} % sure</span>
          <span className="font-mono">{rules.join(', ')}</span>
          {linkRun && (
            <Link href={`/runs/${workflow}`} className="underline underline-offset-2 hover:text-ink">
              The run
            </Link>
          )}
        </p>
      </header>
      <div className="border-t border-line">
        <Diff patch={patch} label={`Change to ${file}`} />
      </div>
    </article>
  );
}

type ButtonProps = {
  decision: Decision;
  recommendation: Recommendation;
  decisions: Decisions;
  keys: boolean;
};

function DecisionButton({ decision, recommendation, decisions, keys }: ButtonProps) {
  const { word, icon: Icon, key } = BUTTONS[decision];
  const first = decision === DECISIONS[recommendation.state][0];
  return (
    <Button
      look={first && decision !== 'undo' ? 'primary' : 'plain'}
      disabled={decisions.deciding !== null}
      onClick={() => void decisions.decide([recommendation], decision)}
      {...(keys && { 'aria-keyshortcuts': key })}
    >
      <Icon aria-hidden />
      {word}
      {keys && (
        <kbd
          aria-hidden
          className="ml-0.5 hidden rounded border border-current/30 px-1 font-sans text-2xs font-normal opacity-75 md:inline"
        >
          {key}
        </kbd>
      )}
    </Button>
  );
}
