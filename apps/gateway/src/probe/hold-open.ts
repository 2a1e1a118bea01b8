/** Does something cut a connection on which little is said? Each transport is held open for as long as a page would. */
import type { Transport } from '@greenlight/protocol/transport';
import type { SelfProbeCall } from '@greenlight/server/http/self-probe-report';
import { call, errorText, readAll } from './http-call.ts';
import type { Call, Place } from './place.ts';
import { probeChannel } from './probe-credentials.ts';
import { type PlaceTools, pollPath, ssePath, WEBSOCKET_PATH } from './probe-place.ts';
import { openSocket } from './websocket-call.ts';

export type Held = SelfProbeCall & {
  readonly transport: Transport;
  /** How long it stayed open, ms; null if it never was. */
  readonly openMs: number | null;
};

export type HoldOptions = {
  /** How long the streams are held, ms. */
  readonly holdMs: number;
  /** How long a long-poll waits for something to answer, seconds. */
  readonly waitSeconds: number;
  readonly signal: AbortSignal;
};

/** Time for the answer of a long-poll that waited to its end, ms. */
const GRACE_MS = 5_000;

type Outcome = { readonly seen: string; readonly openMs: number | null };

export async function holdOpen(
  place: Place,
  tools: PlaceTools,
  { holdMs, waitSeconds, signal }: HoldOptions,
): Promise<readonly Held[]> {
  const quiet = probeChannel('quiet');
  const patient: Place = { ...place, timeoutMs: Math.max(holdMs, waitSeconds * 1_000) + GRACE_MS };
  const held = { holdMs, signal, clock: tools.clock };

  async function hold({ transport, path, expected, outcome }: Holding): Promise<Held> {
    const attempt = tools.reserve();
    const ticket = encodeURIComponent(await tools.credentials.ticket());
    const what: Call = { place: patient, attempt, headers: {}, path: `${path}ticket=${ticket}` };
    const { seen, openMs } = await outcome(what, held);
    return { call: 'idle', transport, expected, seen, ok: seen === expected, attempt, openMs };
  }

  const stays = `open for ${seconds(holdMs)}`;
  const poll = `${pollPath(quiet, await tools.head(quiet), waitSeconds)}&`;
  return Promise.all(
    [
      { transport: 'websocket', path: `${WEBSOCKET_PATH}?`, expected: stays, outcome: holdSocket } as const,
      { transport: 'sse', path: `${ssePath(quiet)}&`, expected: stays, outcome: holdStream } as const,
      { transport: 'long-poll', path: poll, expected: '200', outcome: holdPoll } as const,
    ].map(hold),
  );
}

type Holding = {
  readonly transport: Transport;
  /** To which the ticket is added. */
  readonly path: string;
  readonly expected: string;
  readonly outcome: (what: Call, held: Hold) => Promise<Outcome>;
};

type Hold = { readonly holdMs: number; readonly signal: AbortSignal; readonly clock: () => number };

function holdSocket(what: Call, { holdMs, signal, clock }: Hold): Promise<Outcome> {
  const socket = openSocket(what, true);
  let openedAt: number | null = null;
  return new Promise((resolve) => {
    const end = (seen: string, openMs: number | null): void => {
      clearTimeout(timer);
      resolve({ seen, openMs });
      socket.terminate();
    };
    const ended = (why: string): void => {
      const openMs = openedAt === null ? null : clock() - openedAt;
      end(openMs === null ? why : `cut after ${seconds(openMs)}`, openMs);
    };
    let timer: NodeJS.Timeout | undefined;
    signal.addEventListener('abort', () => ended('ended'), { once: true });
    socket.on('open', () => {
      openedAt = clock();
      timer = setTimeout(() => end(`open for ${seconds(holdMs)}`, holdMs), holdMs);
    });
    socket.on('error', (error) => ended(errorText(error)));
    socket.on('close', (code) => ended(`closed with ${code}`));
  });
}

async function holdStream(what: Call, { holdMs, signal, clock }: Hold): Promise<Outcome> {
  try {
    const response = await call(what, { signal });
    if (response.statusCode !== 200) return { seen: `${response.statusCode}`, openMs: null };
    const openedAt = clock();
    let stayed = false;
    const timer = setTimeout(() => {
      stayed = true;
      response.destroy();
    }, holdMs);
    response.resume();
    await new Promise((resolve) => response.once('error', resolve).once('close', resolve));
    clearTimeout(timer);
    const openMs = clock() - openedAt;
    return { seen: `${stayed ? 'open for' : 'cut after'} ${seconds(stayed ? holdMs : openMs)}`, openMs };
  } catch (error) {
    return { seen: errorText(error), openMs: null };
  }
}

async function holdPoll(what: Call, { signal, clock }: Hold): Promise<Outcome> {
  const askedAt = clock();
  try {
    const response = await call(what, { signal });
    await readAll(response);
    const openMs = clock() - askedAt;
    if (response.statusCode === 200) return { seen: '200', openMs };
    return { seen: `${response.statusCode} after ${seconds(openMs)}`, openMs };
  } catch (error) {
    const openMs = clock() - askedAt;
    return { seen: `${errorText(error)} after ${seconds(openMs)}`, openMs };
  }
}

export const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
