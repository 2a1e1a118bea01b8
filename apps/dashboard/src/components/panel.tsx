import { useId, type ReactNode } from 'react';
import { classes } from './classes.ts';

type Props = { title: string; aside?: ReactNode; className?: string; children: ReactNode };

/** A titled part of a page. */
export function Panel({ title, aside, className, children }: Props) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={classes(
        'flex min-w-0 flex-col overflow-hidden rounded-lg border border-line bg-surface',
        className,
      )}
    >
      <header className="flex h-10 shrink-0 items-center justify-between gap-3 border-b border-line px-3.5">
        <h2 id={id} className="text-sm font-medium text-ink">
          {title}
        </h2>
        {aside !== undefined && <div className="flex items-center gap-2 text-xs text-muted">{aside}</div>}
      </header>
      {children}
    </section>
  );
}
