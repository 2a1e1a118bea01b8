import type { ReactNode } from 'react';
import { classes } from '../components/classes.ts';
import type { LightKind } from './light.ts';

/** The light's shape: each state has its own, so that colour is never alone. */
export function LightMark({ kind }: { kind: LightKind }) {
  switch (kind) {
    case 'live':
      return (
        <Shape className="text-live-fill">
          <span className="pulse relative size-2 rounded-full bg-current" />
        </Shape>
      );
    case 'connecting':
    case 'reconnecting':
      return (
        <Shape className="text-warn-fill">
          <span className="size-2.5 animate-spin rounded-full border-2 border-current border-t-transparent" />
        </Shape>
      );
    case 'refused':
      return (
        <Shape className="text-bad-fill">
          <span className="size-2.5 rotate-45 rounded-[2px] bg-current" />
        </Shape>
      );
    case 'offline':
      return (
        <Shape className="text-faint">
          <span className="h-0.5 w-2.5 rounded-full bg-current" />
        </Shape>
      );
    default:
      return kind satisfies never;
  }
}

function Shape({ className, children }: { className: string; children: ReactNode }) {
  return (
    <span
      aria-hidden
      className={classes('inline-flex size-3.5 shrink-0 items-center justify-center', className)}
    >
      {children}
    </span>
  );
}
