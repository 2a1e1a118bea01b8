/** How people may sign in here, and why a sign-in with a provider came back without a session. */
import { queryOptions } from '@tanstack/react-query';
import { failureOf, get } from './api.ts';
import { failureFrom, type Failure } from './failure.ts';

type SignInMethods = {
  readonly password: boolean;
  readonly oidc: { readonly issuer: string } | null;
  readonly simulated: boolean;
};

export const methodsQuery = queryOptions({
  queryKey: ['sign-in-methods'],
  queryFn: () => get<SignInMethods>('/api/v1/auth/methods'),
  staleTime: 60_000,
});

/** A sign-in that failed on its way through the provider, as the address names it. */
export type FailedSignIn = { readonly attempt: string; readonly code: string };

export function failedSignInIn(search: URLSearchParams): FailedSignIn | null {
  const attempt = search.get('attempt') ?? '';
  const code = search.get('code') ?? '';
  return code === '' ? null : { attempt, code };
}

/** What the server itself says about it. It knows an attempt for ten minutes; afterwards only the code is left. */
export const failedSignInQuery = ({ attempt, code }: FailedSignIn) =>
  queryOptions({
    queryKey: ['failed-sign-in', attempt, code],
    queryFn: async (): Promise<Failure> => {
      try {
        const verdict = await get<{ readonly code?: string; readonly status?: number }>(
          `/api/v1/handshakes/${encodeURIComponent(attempt)}`,
        );
        if (verdict.code !== undefined) return failureFrom(verdict.status ?? 0, verdict);
      } catch (error) {
        if (failureOf(error).status === 0) throw error;
      }
      return forgotten({ attempt, code });
    },
    staleTime: Infinity,
  });

export const forgotten = ({ attempt, code }: FailedSignIn): Failure => ({
  status: 401,
  code,
  detail: 'The sign-in with your identity provider did not succeed.',
  fix: 'Try again; if it stays, give the attempt id to the operator.',
  ...(attempt !== '' && { attempt }),
});

const RETURN_TO = 'greenlight.return-to';

/** The way through a provider and back is by addresses that do not carry it. */
export const rememberReturn = (to: string): void => sessionStorage.setItem(RETURN_TO, to);
export const rememberedReturn = (): string | null => sessionStorage.getItem(RETURN_TO);
