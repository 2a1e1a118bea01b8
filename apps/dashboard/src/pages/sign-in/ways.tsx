import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemNote } from '../../components/problem-note.tsx';
import { SimulatedMark } from '../../components/simulated.tsx';
import { BASE } from '../../components/toasts.tsx';
import { failureOf } from '../../data/api.ts';
import { client } from '../../data/client.ts';
import type { Failure } from '../../data/failure.ts';
import { openSession, type SignInWith } from '../../data/session.ts';
import { methodsQuery, rememberReturn } from '../../data/sign-in.ts';
import { SecretForm } from './secret-form.tsx';

type Props = {
  failure: Failure | null;
  /** The page to be on afterwards, below the dashboard's address. */
  returnTo: string;
  /** A sign-in with the provider has just failed. */
  again: boolean;
};

type Way = 'password' | 'code' | 'simulated';

/** A whole sign-in link may be pasted too. */
const codeIn = (pasted: string): string => /#(?:.*&)?code=([^&\s]+)/.exec(pasted)?.[1] ?? pasted.trim();

/** Each way that this server has, and no other. */
export function Ways({ failure, returnTo, again }: Props) {
  const [busy, setBusy] = useState<Way | null>(null);
  const { data: methods, error } = useQuery(methodsQuery);
  const signIn = async (by: Way, presented: SignInWith): Promise<void> => {
    setBusy(by);
    await openSession(presented);
    client.retry();
    setBusy(null);
  };
  return (
    <div className="mt-4 flex flex-col gap-4">
      {failure && <ProblemNote failure={failure} />}
      {error && <ProblemNote failure={failureOf(error)} />}
      {methods?.oidc && (
        <a
          href={`/api/v1/auth/oidc/start?return=${encodeURIComponent(BASE + returnTo)}`}
          onClick={() => rememberReturn(returnTo)}
          className="flex min-h-9 flex-col items-center justify-center rounded-md border border-line-strong bg-surface px-3 py-1.5 text-center hover:bg-hover"
        >
          <span className="font-medium">
            {again ? 'Try again with your identity provider' : 'Sign in with your identity provider'}
          </span>
          <span className="max-w-full truncate text-xs text-muted">{hostOf(methods.oidc.issuer)}</span>
        </a>
      )}
      {methods?.password && (
        <SecretForm
          label="With a password"
          deed="Sign in"
          primary
          busy={busy === 'password'}
          fields={[
            { name: 'user', label: 'User', autoComplete: 'username' },
            { name: 'password', label: 'Password', type: 'password', autoComplete: 'current-password' },
          ]}
          onSubmit={({ user = '', password = '' }) =>
            void signIn('password', { user: user.trim(), password })
          }
        />
      )}
      {methods && (
        <SecretForm
          label="With a code"
          deed="Sign in with the code"
          className="border-t border-line pt-4"
          busy={busy === 'code'}
          fields={[
            {
              name: 'code',
              label: 'Sign-in code or link',
              autoComplete: 'one-time-code',
              hint: 'Printed when Greenlight starts outside production. It works once, for ten minutes; a restart prints a new one.',
            },
          ]}
          onSubmit={({ code = '' }) => void signIn('code', { code: codeIn(code) })}
        />
      )}
      {methods?.simulated && (
        <section aria-label="Simulated sign-in" className="border-t border-line pt-4">
          <p className="mb-3 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted">
            <SimulatedMark /> For tests only. Nobody real signs in here, and all that is done is marked.
          </p>
          <SecretForm
            label="With a simulated token"
            deed="Sign in as somebody simulated"
            busy={busy === 'simulated'}
            fields={[
              {
                name: 'token',
                label: 'Simulated token',
                type: 'password',
                autoComplete: 'off',
                hint: 'Made by the test that holds the secret of simulated sign-in.',
              },
            ]}
            onSubmit={({ token = '' }) => void signIn('simulated', { simulated: token.trim() })}
          />
        </section>
      )}
    </div>
  );
}

const hostOf = (issuer: string): string => (URL.canParse(issuer) ? new URL(issuer).host : issuer);
