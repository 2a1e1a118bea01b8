import type { RunState } from '@greenlight/protocol/run';
import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CirclePlay,
  CircleSlash,
  CircleX,
  type LucideIcon,
} from 'lucide-react';
import { classes } from './classes.ts';

type Look = { word: string; icon: LucideIcon; colour: string };

/** Words, shape and colour of each state: never colour alone. */
export const RUN_STATE_LOOKS = {
  queued: { word: 'Queued', icon: CircleDashed, colour: 'text-muted' },
  running: { word: 'Running', icon: CirclePlay, colour: 'text-live' },
  paused: { word: 'Paused', icon: CirclePause, colour: 'text-info' },
  stalled: { word: 'Stalled', icon: CircleAlert, colour: 'text-warn' },
  completed: { word: 'Completed', icon: CircleCheck, colour: 'text-muted' },
  failed: { word: 'Failed', icon: CircleX, colour: 'text-bad' },
  cancelled: { word: 'Cancelled', icon: CircleSlash, colour: 'text-faint' },
} as const satisfies Record<RunState, Look>;

export function RunStateMark({ state, wordless = false }: { state: RunState; wordless?: boolean }) {
  const { word, icon: Icon, colour } = RUN_STATE_LOOKS[state];
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <Icon className={classes('size-3.5 shrink-0', colour)} aria-hidden />
      <span className={wordless ? 'sr-only' : undefined}>{word}</span>
    </span>
  );
}
