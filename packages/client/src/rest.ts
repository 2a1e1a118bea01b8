/** Commands over HTTP, for when there is no open connection, and the question why a connection was refused. */
import type { OkReply } from '@greenlight/protocol/frames';
import { ATTEMPT_HEADER, type Problem } from '@greenlight/protocol/problem';
import { newAttempt } from './attempt.ts';
import type { Random } from './clock.ts';
import type { OutgoingCommand } from './connector.ts';
import { type Credential, fetchSecret } from './credential.ts';
import { localRefusal, type Refusal, refusalFrom } from './refusal.ts';
import type { Failed } from './result.ts';

export type RestOptions = {
  readonly base: string;
  readonly fetch: typeof fetch;
  readonly random: Random;
};

const json = async (response: Response): Promise<unknown> =>
  response.json().catch(() => null) as Promise<unknown>;

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;

export async function postCommand(
  command: OutgoingCommand,
  credential: Credential,
  { base, fetch, random }: RestOptions,
): Promise<OkReply | Failed> {
  const attempt = newAttempt(random);
  const url = new URL('api/v1/commands', base);
  const headers: Record<string, string> = { 'Content-Type': 'application/json', [ATTEMPT_HEADER]: attempt };
  try {
    const secret = await fetchSecret(credential);
    if (secret.kind === 'token') headers['Authorization'] = `Bearer ${secret.value}`;
    if (secret.kind === 'ticket') url.searchParams.set('ticket', secret.value);
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify({ id: 0, ...command }),
      credentials: secret.kind === 'none' ? 'include' : 'omit',
    });
    const answer = await json(response);
    if (response.ok) return answer as OkReply;
    return { ok: false, ...(isProblem(answer) ? refusalFrom(answer) : foreign(response.status, attempt)) };
  } catch (error) {
    return { ok: false, ...unreachable(attempt, error) };
  }
}

const foreign = (status: number, attempt: string): Refusal => ({
  ...localRefusal(
    'unreachable',
    attempt,
    `The answer (status ${status}) did not come from a Greenlight server.`,
    'Check the address, and what stands between here and the server, such as a proxy.',
  ),
  retryable: status >= 500,
});

const unreachable = (attempt: string, error: unknown): Refusal =>
  localRefusal(
    'unreachable',
    attempt,
    `The server cannot be reached: ${error instanceof Error ? error.message : String(error)}.`,
    'Check that it runs, that this address leads to it, and that it allows this origin.',
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
