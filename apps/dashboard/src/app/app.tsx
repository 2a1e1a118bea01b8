import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { BASE, Toasts } from '../components/toasts.tsx';
import { RequestFailed } from '../data/api.ts';
import { client } from '../data/client.ts';
import { isOperator, session, type Me } from '../data/session.ts';
import { useStore } from '../data/store.ts';
import { useStatus } from '../light/use-light.ts';
import { NotFound } from '../pages/not-found.tsx';
import { Overview } from '../pages/overview/overview.tsx';
import { SignIn } from '../pages/sign-in.tsx';
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
  switch (now.state) {
    case 'checking':
      return <Waiting failure={null} />;
    case 'unreachable':
      return <Waiting failure={now.failure} />;
    case 'signed-out':
      return <SignIn failure={now.failure} />;
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
    let live = client.status.current.live;
    return client.status.subscribe((status) => {
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

/** Signing in while a session is there: only when it has ended. */
function SignInAgain() {
  const now = useStore(session);
  const refused = useStatus().state === 'refused';
  return now.state === 'ended' || refused ? (
    <SignIn failure={now.state === 'ended' ? now.failure : null} />
  ) : (
    <Redirect to="/" />
  );
}
