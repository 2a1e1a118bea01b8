/** Bare HTTP calls that report what came back in a few words. `fetch` cannot set Host, so `node:http`. */
import { type IncomingMessage, request } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { ATTEMPT_HEADER } from '@greenlight/protocol/problem';
import type { Awaited, Call } from './place.ts';

/** Until an awaited event has come, another is published each time, ms. */
const RING_EVERY_MS = 50;

export type Options = { readonly method?: 'GET' | 'POST'; readonly signal?: AbortSignal };

/** Gives the head of the answer; rejects when there is none in time. */
export function call(
  { place, path, headers, attempt }: Call,
  { method = 'GET', signal }: Options = {},
): Promise<IncomingMessage> {
  const { url, host, timeoutMs } = place;
  return new Promise((resolve, reject) => {
    const outgoing = (url.startsWith('https:') ? requestOverTls : request)(
      `${url}${path}`,
      {
        method,
        headers: { ...headers, host, [ATTEMPT_HEADER]: attempt },
        timeout: timeoutMs,
        agent: false,
        // Whether it is trusted is a finding of its own; what is presented opens nothing but the probe's channels.
        rejectUnauthorized: false,
        ...(signal && { signal }),
      },
      resolve,
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** "200", or "401 credential_missing" for a problem; with an awaited event "event" once it has come. */
export async function httpAnswer(what: Call, awaited: Awaited | null): Promise<string> {
  if (awaited) return untilEvent(what, awaited);
  const response = await call(what);
  if (response.statusCode !== 200) return answerOf(response.statusCode ?? 0, await readAll(response));
  response.destroy();
  return '200';
}

/**
 * A long-poll answers when there is something to answer, and a stream has to stand before its event is published. So
 * one is published before, one when it stands, and then one after another: each carries the mark of this call, so none
 * can pass by mistake.
 */
async function untilEvent(what: Call, { mark, ring }: Awaited): Promise<string> {
  const bell = setInterval(() => void ring(), RING_EVERY_MS);
  try {
    void ring();
    const response = await call(what);
    if (response.statusCode !== 200) return answerOf(response.statusCode ?? 0, await readAll(response));
    void ring();
    let seen = '';
    for await (const chunk of response) {
      seen += String(chunk);
      if (seen.includes(mark)) return 'event';
    }
    return 'ended without the event';
  } finally {
    clearInterval(bell);
  }
}

export async function readAll(stream: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

export const NO_REASON = 'with no reason given';

export function answerOf(status: number, body: string): string {
  try {
    const { code } = JSON.parse(body) as Record<string, unknown>;
    if (typeof code === 'string') return `${status} ${code}`;
  } catch {
    // Not a problem document: somebody else answered, and the status is all there is to say.
  }
  return `${status} ${NO_REASON}`;
}

/** Errors of sockets in words: an `AggregateError` of two addresses has no message of its own. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError) return errorText(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
