import { useEffect } from 'react';
import { Button } from '../components/button.tsx';
import { Logo } from '../components/logo.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import type { Failure } from '../data/failure.ts';
import { openSession } from '../data/session.ts';

const RETRY_MS = 3_000;

/** Before it is known who is signed in. Asks again by itself while the server does not answer. */
export function Waiting({ failure }: { failure: Failure | null }) {
  useEffect(() => {
    if (!failure) return undefined;
    const timer = setTimeout(() => void openSession(null), RETRY_MS);
    return () => clearTimeout(timer);
  }, [failure]);
  return (
    <main className="flex h-dvh flex-col items-center justify-center gap-6 p-6" aria-busy={!failure}>
      <h1>
        <Logo />
      </h1>
      {failure && (
        <div className="flex w-full max-w-sm flex-col gap-3">
          <ProblemNote failure={failure} />
          <Button onClick={() => void openSession(null)}>Try now</Button>
        </div>
      )}
    </main>
  );
}
