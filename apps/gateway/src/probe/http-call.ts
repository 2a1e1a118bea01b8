/** Bare HTTP calls that report what came back in a few words. `fetch` cannot set Host, so `node:http`. */
import { randomBytes } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import { ATTEMPT_HEADER } from '@greenlight/protocol/problem';

export const PROBE_ATTEMPT_PREFIX = 'self-probe-';

/** Attempts whose ids say at a glance, in traces, whose they are. */
export const probeAttempt = (): string => PROBE_ATTEMPT_PREFIX + randomBytes(8).toString('base64url');

export type Reached = { readonly address: string; readonly host: string; readonly timeoutMs: number };

/** The event to wait for, and how to have it published once the stream stands. */
export type Awaited = { readonly mark: string; readonly ring: () => Promise<void> };

function call({ address, host, timeoutMs }: Reached, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(path, address),
      { headers: { host, [ATTEMPT_HEADER]: probeAttempt() }, timeout: timeoutMs, agent: false },
      resolve,
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** "200", or "401 credential_missing" for a problem. */
export async function get(server: Reached, path: string): Promise<string> {
  const response = await call(server, path);
  if (response.statusCode === 200) {
    response.destroy();
    return '200';
  }
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return answerOf(response.statusCode ?? 0, body);
}

/** "event" once the awaited one has come, else what came instead. */
export async function untilEvent(server: Reached, path: string, { mark, ring }: Awaited): Promise<string> {
  const answered = call(server, path);
  // A long-poll answers only when there is something to answer; a stream has to stand before the event is published.
  // Both carry a position or begin at the head, so publishing again until one arrives cannot pass by mistake.
  const bell = setInterval(() => void ring(), 50);
  try {
    const response = await answered;
    if (response.statusCode !== 200) {
      let body = '';
      for await (const chunk of response) body += String(chunk);
      return answerOf(response.statusCode ?? 0, body);
    }
    let seen = '';
    for await (const chunk of response) {
      seen += String(chunk);
      if (seen.includes(mark)) return 'event';
    }
    return 'the stream ended without the event';
  } finally {
    clearInterval(bell);
  }
}

export function answerOf(status: number, body: string): string {
  try {
    const { code } = JSON.parse(body) as Record<string, unknown>;
    if (typeof code === 'string') return `${status} ${code}`;
  } catch {
    // Not a problem document: somebody else answered, and the status is all there is to say.
  }
  return `${status} with no reason given`;
}
