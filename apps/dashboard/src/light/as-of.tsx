import { Button } from '../components/button.tsx';
import { formatTime } from '../components/format.ts';
import { client } from '../data/client.ts';
import { session } from '../data/session.ts';
import { useStore } from '../data/store.ts';
import { SignInLink } from './light-action.tsx';
import { needsSignIn, refusalNow } from './light.ts';
import { useLight, useStatus } from './use-light.ts';

/** When the page is not live, it says so, and as of when what it shows was true. Absent while it is live or has just opened. */
export function AsOf() {
  const light = useLight();
  const { lastHeartbeatAt } = useStatus();
  const now = useStore(session);
  if (light.kind === 'live' || light.kind === 'connecting') return null;
  const reason = now.state === 'ended' ? now.failure : refusalNow(light);
  return (
    <section
      aria-label="Freshness"
      data-as-of
      className="fade flex min-h-9 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-warn-soft px-4 py-1.5 text-sm md:px-6"
    >
      <p className="min-w-0 flex-1">
        {reason?.detail ?? 'Not live.'}{' '}
        <span className="text-muted">
          {lastHeartbeatAt === null
            ? 'What you see is as of when this page was opened.'
            : `What you see is as of ${formatTime(lastHeartbeatAt)}.`}
        </span>
      </p>
      {now.state === 'ended' || needsSignIn(light) ? (
        <SignInLink>
          {reason?.code === 'password_change_required' ? 'Change the password' : 'Sign in again'}
        </SignInLink>
      ) : (
        light.kind !== 'offline' && (
          <Button look="plain" className="h-6 px-2 text-xs" onClick={() => client.retry()}>
            Try now
          </Button>
        )
      )}
    </section>
  );
}
