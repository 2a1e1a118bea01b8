import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { SimulatedMark } from '../components/simulated.tsx';
import { session } from '../data/session.ts';
import { useStore } from '../data/store.ts';
import { AsOf } from '../light/as-of.tsx';
import { LightButton } from '../light/light-button.tsx';

type Props = {
  title: string;
  /** What stands before the title, such as the way back. */
  lead?: ReactNode;
  actions?: ReactNode;
  /** Fills the window and scrolls inside, for tables. */
  fixed?: boolean;
  children: ReactNode;
};

/** The frame of every page: its title, its actions, and the light. */
export function Page({ title, lead, actions, fixed = false, children }: Props) {
  const now = useStore(session);
  const me = 'me' in now ? now.me : null;
  useEffect(() => {
    document.title = `${title} · Greenlight`;
  }, [title]);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-12 shrink-0 items-center gap-3 border-b border-line bg-paper px-4 md:px-6">
        {lead}
        <h1 className="min-w-0 flex-1 truncate text-base font-semibold">{title}</h1>
        <div className="hidden items-center gap-2 sm:flex">{actions}</div>
        {me?.simulated && <SimulatedMark />}
        <LightButton />
      </header>
      <AsOf />
      {actions !== undefined && (
        <div className="flex gap-2 overflow-x-auto border-b border-line px-4 py-2 sm:hidden">{actions}</div>
      )}
      <main
        id="main"
        tabIndex={-1}
        className={
          fixed
            ? 'flex min-h-0 flex-1 flex-col outline-none'
            : 'min-h-0 flex-1 overflow-y-auto px-4 py-4 outline-none md:px-6 md:py-5'
        }
      >
        {children}
      </main>
    </div>
  );
}
