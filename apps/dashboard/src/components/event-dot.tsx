import type { Tone } from '../data/describe-event.ts';
import { classes } from './classes.ts';

const COLOURS = {
  plain: 'bg-line-strong',
  live: 'bg-live-fill',
  warn: 'bg-warn-fill',
  bad: 'bg-bad-fill',
} as const satisfies Record<Tone, string>;

/** Decoration: the words beside it say what happened. */
export function EventDot({ tone }: { tone: Tone }) {
  return (
    <span aria-hidden className={classes('size-1.5 shrink-0 self-center rounded-full', COLOURS[tone])} />
  );
}
