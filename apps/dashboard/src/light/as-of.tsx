import { Link, useLocation, useSearch } from 'wouter';
import { Button } from '../components/button.tsx';
import { formatTime } from '../components/format.ts';
import { client } from '../data/client.ts';
import { session } from '../data/session.ts';
import { useStore } from '../data/store.ts';
import { needsSignIn } from './light.ts';
import { useLight, useStatus } from './use-light.ts';

/** When the page is not live, it says so, and as of when what it shows was true. Absent while it is live or has just opened. */
export function AsOf() {
  const light = useLight();
  const { lastHeartbeatAt } = useStatus();
  const now = useStore(session);
  const [path] = useLocation();
  const search = useSearch();
  if (light.kind === 'live' || light.kind === 'connecting') return null;
  const reason = now.state === 'ended' ? now.failure : light.kind === 'refused' ? light.refusal : null;
  const here = search === '' ? path : `${path}?${search}`;
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
        <Link
          href={`/sign-in?return=${encodeURIComponent(here)}`}
          className="font-medium underline underline-offset-2"
        >
          {reason?.code === 'password_change_required' ? 'Change the password' : 'Sign in again'}
        </Link>
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
