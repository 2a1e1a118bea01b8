import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Logo } from '../../components/logo.tsx';
import { NewPassword } from '../../components/new-password.tsx';
import type { Failure } from '../../data/failure.ts';
import { failedSignInQuery, forgotten, type FailedSignIn } from '../../data/sign-in.ts';
import { Ways } from './ways.tsx';

type Props = {
  failure: Failure | null;
  /** The page to be on afterwards, below the dashboard's address. */
  returnTo: string;
  /** The provider sent the browser back without a session. */
  failed?: FailedSignIn | null;
};

export function SignIn({ failure, returnTo, failed = null }: Props) {
  if (failure?.code === 'password_change_required')
    return (
      <Card title="Choose a new password">
        <NewPassword reason={failure} />
      </Card>
    );
  return (
    <Card title={failed ? 'You are not signed in' : 'Sign in'}>
      {failed && failure === null ? (
        <AfterFailure failed={failed} returnTo={returnTo} />
      ) : (
        <Ways failure={failure} returnTo={returnTo} again={false} />
      )}
    </Card>
  );
}

/** Why the provider's answer did not open a session, and every way to try once more. */
function AfterFailure({ failed, returnTo }: { failed: FailedSignIn; returnTo: string }) {
  const { data, isPending } = useQuery(failedSignInQuery(failed));
  return <Ways failure={isPending ? null : (data ?? forgotten(failed))} returnTo={returnTo} again />;
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="flex h-full flex-col items-center justify-center-safe gap-6 overflow-y-auto bg-paper p-6">
      <Logo />
      <div className="w-full max-w-sm shrink-0 rounded-lg border border-line bg-surface p-5">
        <h1 className="text-base font-semibold">{title}</h1>
        {children}
      </div>
    </main>
  );
}
