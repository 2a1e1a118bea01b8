import { isTerminal, type RunSnapshot, type StepSnapshot, type StepState } from '@greenlight/protocol/run';
import { Circle, CircleCheck, CircleX, LoaderCircle, type LucideIcon } from 'lucide-react';
import { classes } from '../../components/classes.ts';
import { formatCount, formatDuration } from '../../components/format.ts';
import { shareOf } from '../../components/progress-bar.tsx';
import { Panel } from '../../components/panel.tsx';
import { useNow } from '../../data/clock.ts';

const LOOKS = {
  waiting: { icon: Circle, colour: 'text-faint', bar: 'bg-line-strong', word: 'waiting' },
  running: { icon: LoaderCircle, colour: 'text-live animate-spin', bar: 'bg-live-fill/25', word: 'running' },
  completed: { icon: CircleCheck, colour: 'text-muted', bar: 'bg-faint', word: 'completed' },
  failed: { icon: CircleX, colour: 'text-bad', bar: 'bg-bad-fill', word: 'failed' },
} as const satisfies Record<StepState, { icon: LucideIcon; colour: string; bar: string; word: string }>;

/** The steps as spans over the run's time. */
export function StepTimeline({ run }: { run: RunSnapshot }) {
  const now = useNow();
  const from = Date.parse(run.startedAt ?? run.createdAt);
  const latest = Math.max(
    ...run.steps.map(({ endedAt }) => (endedAt === undefined ? 0 : Date.parse(endedAt))),
    from + 1,
  );
  const to =
    isTerminal(run.state) && run.endedAt !== undefined ? Date.parse(run.endedAt) : Math.max(now, latest);
  return (
    <Panel title="Steps">
      {run.steps.length === 0 ? (
        <p className="px-3.5 py-3 text-muted">
          {run.state === 'queued' ? 'It has not started yet.' : 'No step has begun.'}
        </p>
      ) : (
        <ol className="flex flex-col gap-3 px-3.5 py-3">
          {run.steps.map((step) => (
            <Step
              key={step.id}
              step={step}
              moving={run.state === 'running'}
              span={{ from, to: Math.max(to, from + 1) }}
            />
          ))}
        </ol>
      )}
    </Panel>
  );
}

type Props = { step: StepSnapshot; moving: boolean; span: { from: number; to: number } };

function Step({ step, moving, span: { from, to } }: Props) {
  const { icon: Icon, colour, bar, word } = LOOKS[step.state];
  const start = step.startedAt === undefined ? null : Date.parse(step.startedAt);
  const end = step.endedAt === undefined ? to : Date.parse(step.endedAt);
  const share = (at: number): number => Math.min(1, Math.max(0, (at - from) / (to - from)));
  return (
    <li>
      <div className="flex items-center gap-2">
        <Icon
          className={classes('size-3.5 shrink-0', moving || step.state !== 'running' ? colour : 'text-muted')}
          aria-hidden
        />
        <span className="min-w-0 flex-1 truncate" title={step.title}>
          {step.title}
          <span className="sr-only">, {word}</span>
        </span>
        <span className="shrink-0 text-xs text-muted">
          {step.total !== undefined &&
            step.state === 'running' &&
            `${formatCount(step.completed)}/${formatCount(step.total)} · `}
          {start !== null && formatDuration(end - start)}
        </span>
      </div>
      <div className="relative mt-1.5 ml-5.5 h-1 overflow-hidden rounded-full bg-selected" aria-hidden>
        {start !== null && (
          <div
            className={classes('absolute inset-y-0 min-w-0.5 rounded-full', bar)}
            style={{
              left: `${share(start) * 100}%`,
              width: `${Math.max(0.01, share(end) - share(start)) * 100}%`,
            }}
          >
            {/* How far a running step is, within its span. */}
            {step.state === 'running' && (
              <div
                className={classes('h-full rounded-full', moving ? 'bg-live-fill' : 'bg-faint')}
                style={{ width: `${(shareOf(step) ?? 0) * 100}%` }}
              />
            )}
          </div>
        )}
      </div>
      {step.error !== undefined && <p className="mt-1 ml-5.5 text-xs text-bad">{step.error}</p>}
    </li>
  );
}
