import type { Refusal } from '@greenlight/client/refusal';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { Redirect, Route, Router, Switch, useLocation, useSearch } from 'wouter';
import { BASE, Toasts } from '../components/toasts.tsx';
import { RequestFailed } from '../data/api.ts';
import { client } from '../data/client.ts';
import { isOperator, recheckSession, session, type Me } from '../data/session.ts';
import { failedSignInIn, rememberedReturn, type FailedSignIn } from '../data/sign-in.ts';
import { useStore } from '../data/store.ts';
import { useEnding, useLight } from '../light/use-light.ts';
import { NotFound } from '../pages/not-found.tsx';
import { Overview } from '../pages/overview/overview.tsx';
import { SignIn } from '../pages/sign-in/sign-in.tsx';
import { follow } from './follow.ts';
import { Shell } from './shell.tsx';
import { StartDialog } from '../pages/start/start-dialog.tsx';
import { useShortcuts } from './use-shortcuts.ts';
import { Waiting } from './waiting.tsx';

const Runs = lazy(async () => ({ default: (await import('../pages/runs/runs.tsx')).Runs }));
const RunPage = lazy(async () => ({ default: (await import('../pages/run/run-page.tsx')).RunPage }));
const Review = lazy(async () => ({ default: (await import('../pages/review/review.tsx')).Review }));
const Handshakes = lazy(async () => ({
  default: (await import('../pages/handshakes/handshakes.tsx')).Handshakes,
}));
const Connections = lazy(async () => ({
  default: (await import('../pages/connections/connections.tsx')).Connections,
}));
const Settings = lazy(async () => ({ default: (await import('../pages/settings/settings.tsx')).Settings }));

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal does not change by asking again; only an answer that never came may.
      retry: (times, error) => times < 2 && error instanceof RequestFailed && error.failure.status === 0,
      staleTime: 10_000,
    },
  },
});

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <Router base={BASE}>
        <Rooms />
      </Router>
      <Toasts />
    </QueryClientProvider>
  );
}

function Rooms() {
  const now = useStore(session);
  const [path] = useLocation();
  const search = useSearch();
  switch (now.state) {
    case 'checking':
      return <Waiting failure={null} />;
    case 'unreachable':
      return <Waiting failure={now.failure} />;
    case 'signed-out':
      return <SignIn failure={now.failure} {...wayBack(path, search)} />;
    case 'ended':
    case 'signed-in':
      return <SignedIn me={now.me} />;
    default:
      return now satisfies never;
  }
}

/** One that counts after all, because a fresh credential has come in the meantime, is let in again. */
async function recheck(refusal: Refusal | null): Promise<void> {
  if ((await recheckSession()) && refusal?.code === 'credential_rejected') client.retry();
}

function SignedIn({ me }: { me: Me }) {
  useEffect(() => follow(me, queries), [me]);
  // Whatever the page asked for while nobody answered is asked for again when somebody does.
  useEffect(() => {
    let { live, state } = client.status.current;
    return client.status.subscribe((status) => {
      // A connection is ended with one word for all; whoever asks is told what became of the session or the account.
      if (status.state === 'refused' && state !== 'refused') void recheck(status.refusal);
      state = status.state;
      if (status.live && !live) {
        void queries.invalidateQueries();
        // Let in again with a fresh credential that somebody else brought, such as a proxy in front.
        if (session.get().state === 'ended') void recheckSession();
      }
      live = status.live;
    });
  }, []);
  useShortcuts(me);
  return (
    <Shell me={me}>
      <Suspense fallback={null}>
        <Switch>
          <Route path="/">
            <Overview me={me} />
          </Route>
          <Route path="/runs">
            <Runs me={me} />
          </Route>
          <Route path="/runs/:id">{({ id }) => <RunPage key={id} id={id} me={me} />}</Route>
          <Route path="/review">
            <Review me={me} />
          </Route>
          {isOperator(me) && (
            <Route path="/handshakes">
              <Handshakes />
            </Route>
          )}
          {isOperator(me) && (
            <Route path="/connections">
              <Connections />
            </Route>
          )}
          {isOperator(me) && (
            <Route path="/settings">
              <Settings me={me} />
            </Route>
          )}
          <Route path="/sign-in">
            <SignInAgain />
          </Route>
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Suspense>
      <StartDialog />
    </Shell>
  );
}

/** Signing in while a session is there: only when it has ended. Then back to where one was. */
function SignInAgain() {
  const now = useStore(session);
  const light = useLight();
  const ending = useEnding() !== null;
  const [path] = useLocation();
  const way = wayBack(path, useSearch());
  return now.state === 'ended' || light.kind === 'refused' || ending ? (
    <SignIn failure={now.state === 'ended' ? now.failure : null} {...way} />
  ) : (
    <Redirect to={way.returnTo} />
  );
}

/** Where to go after signing in: to the page that was asked for. A provider that failed says so in the address. */
function wayBack(path: string, search: string): { returnTo: string; failed: FailedSignIn | null } {
  if (path !== '/sign-in') return { returnTo: search === '' ? path : `${path}?${search}`, failed: null };
  const parameters = new URLSearchParams(search);
  const failed = failedSignInIn(parameters);
  const wanted = parameters.get('return') ?? (failed && rememberedReturn()) ?? '/';
  return { returnTo: wanted.startsWith('/') && !wanted.startsWith('//') ? wanted : '/', failed };
}
