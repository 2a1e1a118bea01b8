import { useState, type FormEvent } from 'react';
import { Button } from '../components/button.tsx';
import { Field, INPUT } from '../components/field.tsx';
import { Logo } from '../components/logo.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { client } from '../data/client.ts';
import type { Failure } from '../data/failure.ts';
import { openSession } from '../data/session.ts';

/** A whole sign-in link may be pasted too. */
const codeIn = (pasted: string): string => /#(?:.*&)?code=([^&\s]+)/.exec(pasted)?.[1] ?? pasted.trim();

export function SignIn({ failure }: { failure: Failure | null }) {
  const [busy, setBusy] = useState(false);

  const signIn = async (form: FormData): Promise<void> => {
    const pasted = form.get('code');
    setBusy(true);
    await openSession({ code: codeIn(typeof pasted === 'string' ? pasted : '') });
    client.retry();
    setBusy(false);
  };

  return (
    <main className="flex h-full min-h-dvh flex-col items-center justify-center gap-6 bg-paper p-6 md:min-h-0">
      <Logo />
      <div className="w-full max-w-sm rounded-lg border border-line bg-surface p-5">
        <h1 className="text-base font-semibold">Sign in</h1>
        <p className="mt-1 text-muted">
          Greenlight prints a sign-in link when it starts. Open it, or paste it or its code here. It works
          once, for ten minutes.
        </p>
        <form
          className="mt-4 flex flex-col gap-3"
          onSubmit={(event: FormEvent<HTMLFormElement>) => {
            event.preventDefault();
            void signIn(new FormData(event.currentTarget));
          }}
        >
          <Field label="Sign-in code or link">
            {(attributes) => (
              <input
                {...attributes}
                name="code"
                required
                autoComplete="one-time-code"
                spellCheck={false}
                className={`${INPUT} font-mono`}
              />
            )}
          </Field>
          {failure && <ProblemNote failure={failure} />}
          <Button look="primary" type="submit" busy={busy}>
            Sign in
          </Button>
        </form>
        <p className="mt-4 text-xs text-muted">
          No link at hand? Restart Greenlight, and it prints a new one.
        </p>
      </div>
    </main>
  );
}
