import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { Redirect, Route, Router, Switch, useLocation, useSearch, useSearchParams } from 'wouter';
import { BASE, Toasts } from '../components/toasts.tsx';
import { get, RequestFailed } from '../data/api.ts';
import { client } from '../data/client.ts';
import { isAdministrator, isOperator, session, type Me } from '../data/session.ts';
import { useStore } from '../data/store.ts';
import { useLight } from '../light/use-light.ts';
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
  const here = search === '' ? path : `${path}?${search}`;
  switch (now.state) {
    case 'checking':
      return <Waiting failure={null} />;
    case 'unreachable':
      return <Waiting failure={now.failure} />;
    case 'signed-out':
      return <SignIn failure={now.failure} returnTo={here === '/sign-in' ? '/' : here} />;
    case 'ended':
    case 'signed-in':
      return <SignedIn me={now.me} />;
    default:
      return now satisfies never;
  }
}

function SignedIn({ me }: { me: Me }) {
  useEffect(() => follow(me, queries), [me]);
  // Whatever the page asked for while nobody answered is asked for again when somebody does.
  useEffect(() => {
    let { live, state } = client.status.current;
    return client.status.subscribe((status) => {
      // A connection is ended with one word for all; whoever asks is told what became of the session or the account.
      if (status.state === 'refused' && state !== 'refused') void get('/api/v1/auth/me').catch(() => null);
      state = status.state;
      if (status.live && !live) void queries.invalidateQueries();
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
          {isAdministrator(me) && (
            <Route path="/settings">
              <Settings />
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
  const [search] = useSearchParams();
  const wanted = search.get('return') ?? '/';
  const returnTo = wanted.startsWith('/') && !wanted.startsWith('//') ? wanted : '/';
  return now.state === 'ended' || light.kind === 'refused' ? (
    <SignIn failure={now.state === 'ended' ? now.failure : null} returnTo={returnTo} />
  ) : (
    <Redirect to={returnTo} />
  );
}
