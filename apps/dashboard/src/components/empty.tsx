import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

type Props = { icon: LucideIcon; title: string; children?: ReactNode; action?: ReactNode };

/** Nothing here yet, and what to do about it. */
export function Empty({ icon: Icon, title, children, action }: Props) {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-1 px-6 py-10 text-center">
      <span className="mb-2 flex size-9 items-center justify-center rounded-lg border border-line bg-sunken text-faint">
        <Icon className="size-4" aria-hidden />
      </span>
      <p className="font-medium text-ink">{title}</p>
      {children !== undefined && <p className="max-w-sm text-muted">{children}</p>}
      {action !== undefined && <div className="mt-3">{action}</div>}
    </div>
  );
}
