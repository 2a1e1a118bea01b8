import type { ReactNode, Ref } from 'react';
import { classes } from './classes.ts';

type Props = { label: string; className?: string; ref?: Ref<HTMLElement>; children: ReactNode };

/** A part that scrolls by itself. It takes the focus, because without it the keyboard cannot scroll it. */
export function Scroller({ label, className, ref, children }: Props) {
  return (
    <section
      ref={ref}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      aria-label={label}
      className={classes('overflow-auto outline-offset-[-2px]', className)}
    >
      {children}
    </section>
  );
}
