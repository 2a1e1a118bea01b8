import { Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Button } from '../components/button.tsx';
import { Logo } from '../components/logo.tsx';
import { maySteer, type Me } from '../data/session.ts';
import { openStartDialog } from '../pages/start/start-dialog-state.ts';
import { AccountMenu } from './account-menu.tsx';
import { Navigation } from './navigation.tsx';

/** What surrounds every page: a side bar, or a bar below where the window is narrow. */
export function Shell({ me, children }: { me: Me; children: ReactNode }) {
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#main"
        className="sr-only rounded-md bg-control px-3 py-2 text-on-control focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50"
      >
        Skip to the page
      </a>
      <aside className="hidden w-52 shrink-0 flex-col gap-4 border-r border-line bg-sunken p-3 md:flex">
        <Link href="/" className="flex h-6 items-center px-2">
          <Logo />
        </Link>
        {maySteer(me) && (
          <Button look="plain" className="w-full" onClick={() => openStartDialog()}>
            <Plus aria-hidden />
            New validation
          </Button>
        )}
        <Navigation me={me} look="side" />
        <div className="mt-auto">
          <AccountMenu me={me} />
        </div>
      </aside>
      <div className="min-h-0 min-w-0 flex-1">{children}</div>
      <div className="flex shrink-0 items-center border-t border-line bg-sunken pr-2 md:hidden">
        <div className="flex-1">
          <Navigation me={me} look="bottom" />
        </div>
        <AccountMenu me={me} compact />
      </div>
    </div>
  );
}
