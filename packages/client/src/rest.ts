/** Commands over HTTP, for when there is no open connection, and the question why a connection was refused. */
import type { OkReply } from '@greenlight/protocol/frames';
import { ATTEMPT_HEADER, type Problem } from '@greenlight/protocol/problem';
import { newAttempt } from './attempt.ts';
import type { Random } from './clock.ts';
import { type Credential, fetchSecret, type Secret } from './credential.ts';
import { localRefusal, type Refusal, refusalFrom, unreachable } from './refusal.ts';
import type { Failed } from './result.ts';
import type { OutgoingCommand } from './transport.ts';

export type RestOptions = {
  readonly base: string;
  readonly fetch: typeof fetch;
  readonly random: Random;
};

const json = async (response: Response): Promise<unknown> =>
  response.json().catch(() => null) as Promise<unknown>;

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
const isReply = (body: unknown): body is OkReply =>
  typeof body === 'object' && body !== null && 'type' in body && body.type === 'ok';

/** Shows who asks: a ticket goes into the address, a token never does. */
export function authorized(
  url: URL,
  secret: Secret,
): { headers?: Record<string, string>; credentials: RequestCredentials } {
  if (secret.kind === 'ticket') url.searchParams.set('ticket', secret.value);
  return secret.kind === 'token'
    ? { headers: { Authorization: `Bearer ${secret.value}` }, credentials: 'omit' }
    : { credentials: secret.kind === 'none' ? 'include' : 'omit' };
}

/** What an answer that is none says, or that it came from somebody else. */
export async function refusalIn(response: Response, attempt: string): Promise<Refusal> {
  return refusalOf(await json(response), response.status, attempt);
}

const refusalOf = (answer: unknown, status: number, attempt: string): Refusal =>
  isProblem(answer) ? refusalFrom(answer) : foreign(status, attempt);

/** Asked once more where the answer got lost and `repeatable` says that this can do no harm. */
export async function postCommand(
  command: OutgoingCommand,
  credential: Credential,
  { repeatable, ...options }: RestOptions & { readonly repeatable: boolean },
): Promise<OkReply | Failed> {
  const first = await post(command, credential, options);
  if (first.ok !== false || first.code !== 'unreachable') return first;
  // It may have been done all the same.
  return repeatable ? post(command, credential, options) : { ...first, retryable: false };
}

async function post(
  command: OutgoingCommand,
  credential: Credential,
  { base, fetch, random }: RestOptions,
): Promise<OkReply | Failed> {
  const attempt = newAttempt(random);
  const url = new URL('api/v1/commands', base);
  try {
    const { headers, credentials } = authorized(url, await fetchSecret(credential));
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json', [ATTEMPT_HEADER]: attempt },
      body: JSON.stringify({ id: 0, ...command }),
      credentials,
    });
    const answer = await json(response);
    if (response.ok && isReply(answer)) return answer;
    return { ok: false, ...refusalOf(answer, response.status, attempt) };
  } catch (error) {
    return { ok: false, ...unreachable(attempt, error) };
  }
}

/** Whoever stands in the way does not speak for the server, and may be gone the next time. */
const foreign = (status: number, attempt: string): Refusal =>
  localRefusal(
    'unreachable',
    attempt,
    `The answer (status ${status}) did not come from a Greenlight server.`,
    'Check the address, and what stands between here and the server, such as a proxy.',
  );

/** Why did this attempt fail? Browsers hide it, the server knows it. Needs no credential. Gives up after `explainMs`. */
export async function explainAttempt(
  attempt: string,
  { base, fetch }: Omit<RestOptions, 'random'>,
  explainMs: number,
): Promise<Refusal> {
  try {
    const response = await fetch(new URL(`api/v1/handshakes/${attempt}`, base), {
      credentials: 'omit',
      signal: AbortSignal.timeout(explainMs),
    });
    const answer = await json(response);
    if (response.status === 404 && isProblem(answer) && answer.code === 'attempt_not_seen')
      return {
        code: 'attempt_not_seen',
        attempt,
        retryable: true,
        detail: 'The server did not see this attempt, so most likely something in front of it refused.',
        fix: answer.fix,
      };
    if (isProblem(answer)) return refusalFrom(answer);
    if (!response.ok) return foreign(response.status, attempt);
    return localRefusal(
      'connection_lost',
      attempt,
      'The server let this attempt in, and the connection broke before it could be used.',
      'Look for what cuts WebSockets between here and the server, such as a proxy or a virus scanner.',
    );
  } catch (error) {
    return unreachable(attempt, error);
  }
}
