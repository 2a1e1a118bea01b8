/** Where a browser that came to sign in is told why it could not. */
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Problem } from '@greenlight/protocol/problem';

/** A navigation asks for a page (RFC 9110 section 12.5.1); whoever takes anything gets the problem itself. */
export const wantsPage = ({ headers }: Pick<HandshakeRequest, 'headers'>): boolean =>
  (headers.get('accept') ?? '').split(',').some((range) => /^\s*text\/html\s*(?:;|$)/i.test(range));

/** The page finds the rest by the attempt. */
export const signInPage = ({ attempt, code }: Problem): string =>
  `/dashboard/sign-in?${new URLSearchParams({ attempt, code }).toString()}`;
