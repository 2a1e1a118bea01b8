/** The gateway calls itself, through real sockets and the same doors as everybody, and says what came back. */
import type { Identity } from '@greenlight/handshake/identity';
import type { Log } from '@greenlight/log/log';
import type { Tickets } from '@greenlight/server/auth/tickets';
import type { SelfProbeReport, SelfProbeTransport } from '@greenlight/server/http/self-probe-report';
import { get, type Reached, untilEvent } from './http-call.ts';
import { openUntilEvent, openWithout } from './websocket-call.ts';

/** A `memory` channel that only the probe writes and reads. */
export const PROBE_CHANNEL = '$SYS:probe';

export type SelfProbeOptions = {
  /** Where the listener is, `http://127.0.0.1:8585`. */
  readonly address: string;
  /** The Host to name, where the server is known by another one than its address. */
  readonly host: string;
  readonly log: Log;
  readonly tickets: Tickets;
  readonly clock: () => number;
  /** How long one call may take, ms. Default 3,000. */
  readonly timeoutMs?: number;
};

const IDENTITY: Identity = {
  user: 'self-probe',
  name: 'Self-probe',
  role: 'operator',
  channels: [PROBE_CHANNEL],
  // The process vouches for itself; nothing stored stands behind it that could be revoked.
  credential: 'token',
  credentialId: 'self-probe',
};

type Seen = { readonly good: string; readonly none: string };
type Transport = SelfProbeTransport['transport'];

/** For each transport: a good credential must carry an event through, none at all must be refused with its code. */
export async function selfProbe(options: SelfProbeOptions): Promise<SelfProbeReport> {
  const { tickets, log, clock, host, address, timeoutMs = 3_000 } = options;
  const server: Reached = { address, host, timeoutMs };

  const ticket = async (): Promise<string> => {
    const minted = await tickets.mint(IDENTITY, {});
    if (!minted.ok) throw new Error(`no ticket: ${minted.failure.code}`);
    return `ticket=${encodeURIComponent(minted.ticket)}`;
  };
  const ring = async (mark: string): Promise<void> => {
    const time = new Date(clock()).toISOString();
    const event = {
      id: mark,
      type: 'system.notice',
      source: '/self-probe',
      time,
      specversion: '1.0' as const,
    };
    await log.append({ appends: [{ channel: PROBE_CHANNEL, events: [event] }] });
  };
  const stream = (path: string) => async (mark: string) => ({
    good: await untilEvent(server, `${path}&${await ticket()}`, { mark, ring: () => ring(mark) }),
    none: await get(server, path),
  });

  const CALLS: Readonly<Record<Transport, { expected: string; call: (mark: string) => Promise<Seen> }>> = {
    rest: {
      expected: '200; without a credential 401 credential_missing',
      call: async () => ({
        good: await get(server, `/api/v1/auth/me?${await ticket()}`),
        none: await get(server, '/api/v1/auth/me'),
      }),
    },
    websocket: {
      expected: 'event; without a credential 401 credential_missing',
      call: async (mark) => ({
        good: await openUntilEvent(server, await ticket(), {
          channel: PROBE_CHANNEL,
          mark,
          ring: () => ring(mark),
        }),
        none: await openWithout(server),
      }),
    },
    sse: {
      expected: 'event; without a credential 401 credential_missing',
      call: stream(`/api/v1/sse?channels=${PROBE_CHANNEL}`),
    },
    'long-poll': {
      expected: 'event; without a credential 401 credential_missing',
      call: async (mark) => {
        const { epoch, offset } = await log.head(PROBE_CHANNEL);
        return stream(`/api/v1/poll?channels=${PROBE_CHANNEL}&since=${epoch}:${offset}&wait=2`)(mark);
      },
    },
  };

  const transports: SelfProbeTransport[] = [];
  for (const [name, { expected, call }] of Object.entries(CALLS)) {
    const started = clock();
    const seen = await call(`probe-${started}-${name}`).then(
      ({ good, none }) => `${good}; without a credential ${none}`,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const ok = seen === expected;
    transports.push({
      transport: name as Transport,
      expected,
      seen,
      ok,
      ms: clock() - started,
      ...(!ok && { detail: `Expected "${expected}" and saw "${seen}" on ${address}.` }),
    });
  }
  return { at: new Date(clock()).toISOString(), transports };
}
