import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';
import { Button } from '../../components/button.tsx';
import { Field, INPUT } from '../../components/field.tsx';
import { Logo } from '../../components/logo.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { BASE } from '../../components/toasts.tsx';
import { client } from '../../data/client.ts';
import type { Failure } from '../../data/failure.ts';
import { openSession, type SignInWith } from '../../data/session.ts';
import { providerQuery } from '../../data/sign-in-provider.ts';
import { NewPassword } from './new-password.tsx';

type Props = {
  failure: Failure | null;
  /** The page to be on afterwards, below the dashboard's address. */
  returnTo: string;
};

export function SignIn({ failure, returnTo }: Props) {
  if (failure?.code === 'password_change_required')
    return (
      <Card title="Choose a new password">
        <NewPassword reason={failure} />
      </Card>
    );
  return (
    <Card title="Sign in">
      <Ways failure={failure} returnTo={returnTo} />
    </Card>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="flex h-full min-h-dvh flex-col items-center justify-center gap-6 bg-paper p-6 md:min-h-0">
      <Logo />
      <div className="w-full max-w-sm rounded-lg border border-line bg-surface p-5">
        <h1 className="text-base font-semibold">{title}</h1>
        {children}
      </div>
    </main>
  );
}

/** A whole sign-in link may be pasted too. */
const codeIn = (pasted: string): string => /#(?:.*&)?code=([^&\s]+)/.exec(pasted)?.[1] ?? pasted.trim();

const textOf = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
};

function Ways({ failure, returnTo }: Props) {
  const [busy, setBusy] = useState<'password' | 'code' | null>(null);
  const { data: provider } = useQuery(providerQuery);

  const signIn = async (by: 'password' | 'code', presented: SignInWith): Promise<void> => {
    setBusy(by);
    await openSession(presented);
    client.retry();
    setBusy(null);
  };
  const submit =
    (by: 'password' | 'code', read: (form: FormData) => SignInWith) =>
    (event: FormEvent<HTMLFormElement>): void => {
      event.preventDefault();
      void signIn(by, read(new FormData(event.currentTarget)));
    };

  return (
    <>
      {failure && (
        <div className="mt-3">
          <ProblemNote failure={failure} />
        </div>
      )}
      {provider && (
        <a
          href={`/api/v1/auth/oidc/start?return=${encodeURIComponent(BASE + returnTo)}`}
          className="mt-4 flex h-8 items-center justify-center rounded-md border border-line-strong bg-surface text-sm font-medium hover:bg-hover"
        >
          Sign in with your identity provider
        </a>
      )}
      <form
        aria-label="With a password"
        className="mt-4 flex flex-col gap-3"
        onSubmit={submit('password', (form) => ({
          user: textOf(form, 'user').trim(),
          password: textOf(form, 'password'),
        }))}
      >
        <Field label="User">
          {(attributes) => (
            <input
              {...attributes}
              name="user"
              required
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              className={INPUT}
            />
          )}
        </Field>
        <Field label="Password">
          {(attributes) => (
            <input
              {...attributes}
              name="password"
              type="password"
              required
              autoComplete="current-password"
              className={INPUT}
            />
          )}
        </Field>
        <Button look="primary" type="submit" busy={busy === 'password'}>
          Sign in
        </Button>
      </form>
      <form
        aria-label="With a code"
        className="mt-5 flex flex-col gap-3 border-t border-line pt-4"
        onSubmit={submit('code', (form) => ({ code: codeIn(textOf(form, 'code')) }))}
      >
        <Field
          label="Sign-in code or link"
          hint="Printed when Greenlight starts outside production. It works once, for ten minutes; a restart prints a new one."
        >
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
        <Button type="submit" busy={busy === 'code'}>
          Sign in with the code
        </Button>
      </form>
    </>
  );
}
