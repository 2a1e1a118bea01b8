import type { ReactNode } from 'react';

/** Names and what they are, one under the other. */
export const Facts = ({ children }: { children: ReactNode }) => (
  <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-xs">{children}</dl>
);

/** `null` is said as such: that something did not arrive is a fact too. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children ?? <span className="text-faint">none</span>}</dd>
    </>
  );
}
