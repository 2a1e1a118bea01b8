/** The gateway calls itself, through real sockets and the same doors as everybody, and says what came back. */
import type { Transport } from '@greenlight/protocol/transport';
import type { ProbeFinding, SelfProbe, SelfProbeReport } from '@greenlight/server/http/self-probe-report';
import type { TokenSettings } from '@greenlight/server/auth/token-settings';
import type { Services } from '@greenlight/server/services';
import { findCauses, findIdleCut } from './find-causes.ts';
import { type Held, holdOpen } from './hold-open.ts';
import type { Place } from './place.ts';
import { createProbeCredentials } from './probe-credentials.ts';
import { judged, type PlaceTools, probePlace } from './probe-place.ts';
import { whoAnswers } from './who-answers.ts';

export type SelfProbeOptions = {
  readonly services: Pick<
    Services,
    'attempts' | 'clock' | 'info' | 'limits' | 'log' | 'logger' | 'sessions' | 'settings'
  >;
  readonly tokens: TokenSettings;
  /** Where the listener is, `http://127.0.0.1:8585` or the same with https. */
  readonly address: string;
  /** The configured one; null if there is none. */
  readonly publicUrl: string | null;
};

export type SelfProber = SelfProbe & {
  /** Lets go of what is held open. */
  stop(): void;
};

/** How long one call may take, ms. */
const CALL_MS = 3_000;
/** At the public URL, which need not be reachable from here. */
const PUBLIC_CALL_MS = 1_000;
/** A proxy often starts after this server: when to knock again, ms. */
const KNOCK_AGAIN_MS = [2_000, 10_000, 60_000];
/** Streams are held for this many heartbeats. */
const HOLD_HEARTBEATS = 1.5;
/** What the client library asks for, seconds. */
const POLL_WAIT_SECONDS = 25;

type Probed = Pick<SelfProbeReport, 'transports' | 'findings'>;

export function createSelfProbe({ services, tokens, address, publicUrl }: SelfProbeOptions): SelfProber {
  const { attempts, clock, info, limits, log, logger, sessions, settings } = services;
  const { host } = new URL(info.publicUrl);
  const listener: Place = {
    name: 'listener',
    url: address,
    host,
    origin: `${new URL(address).protocol}//${host}`,
    timeoutMs: CALL_MS,
  };
  const front = publicUrl === null || publicUrl === address ? null : publicPlace(publicUrl);
  const waitSeconds = Math.min(POLL_WAIT_SECONDS, limits.pollWaitSeconds);
  const tools: PlaceTools = {
    clock,
    explain: settings.explain,
    cookieName: sessions.cookieName,
    reserve: () => attempts.reserve(),
    head: (channel) => log.head(channel),
    credentials: createProbeCredentials({ log, clock, tokens, ticketSeconds: limits.ticketSeconds }),
    async ring(channel, id) {
      const time = new Date(clock()).toISOString();
      const event = { id, type: 'system.notice', source: '/self-probe', time, specversion: '1.0' as const };
      await log.append({ appends: [{ channel, events: [event] }] });
    },
  };
  let report: SelfProbeReport | null = null;
  let running: Promise<SelfProbeReport> | null = null;
  let later = new AbortController();

  async function probe(): Promise<SelfProbeReport> {
    later.abort();
    later = new AbortController();
    const { signal } = later;
    const [own, through] = await Promise.all([probePlace(listener, tools), front && probeFront(front)]);
    const transports = [...own, ...(through?.transports ?? [])];
    const findings = through?.findings ?? [];
    const at = new Date(clock()).toISOString();
    report = { at, transports, findings, complete: front === null };
    if (front && through) void finish({ front, own, through, signal });
    return report;
  }

  async function probeFront(place: Place): Promise<Probed> {
    const stranger = await whoAnswers(place, info, tools.reserve());
    if (stranger && stranger.cause !== 'certificate_not_trusted')
      return { transports: [], findings: [stranger] };
    const transports = await probePlace(place, tools);
    const traces = new Map(attempts.list({ limit: 1_000 }).map((trace) => [trace.attempt, trace]));
    const arrived = (attempt: string) => traces.get(attempt) ?? null;
    const findings = findCauses({ place, transports, arrived });
    return { transports, findings: stranger ? [stranger, ...findings] : findings };
  }

  type Pending = {
    readonly front: Place;
    readonly own: SelfProbeReport['transports'];
    readonly through: Probed;
    readonly signal: AbortSignal;
  };

  /** What takes its time: knocking again at a proxy that is not there yet, and holding connections open. */
  async function finish({ front: place, own, through, signal }: Pending): Promise<void> {
    let probed = through;
    for (const pause of KNOCK_AGAIN_MS) {
      if (!isAway(probed)) break;
      if (!(await waited(pause, signal))) return;
      probed = await probeFront(place);
    }
    const held = isAway(probed) ? [] : await holdOpen(place, tools, { holdMs, waitSeconds, signal });
    if (signal.aborted) return;
    const cuts = findIdleCut(held, { heartbeatMs: limits.heartbeatMs, waitSeconds });
    const before = new Set(through.findings.map(({ detail }) => detail));
    const findings = [...probed.findings, ...cuts];
    report = {
      at: new Date(clock()).toISOString(),
      transports: [...own, ...withHeld(probed.transports, held)],
      findings,
      complete: true,
    };
    for (const { cause, detail, fix } of findings)
      if (!before.has(detail)) logger.warn({ cause, fix }, detail);
  }
  const holdMs = Math.max(HOLD_HEARTBEATS * limits.heartbeatMs, waitSeconds * 1_000);

  return {
    last: () => report,
    repeat() {
      running ??= probe().finally(() => {
        running = null;
      });
      return running;
    },
    stop: () => later.abort(),
  };
}

function publicPlace(publicUrl: string): Place {
  const { host, origin } = new URL(publicUrl);
  return { name: 'public', url: publicUrl, host, origin, timeoutMs: PUBLIC_CALL_MS };
}

const isAway = ({ findings }: Probed): boolean =>
  findings.some(({ cause }: ProbeFinding) => cause === 'public_url_unreachable');

function withHeld(
  transports: SelfProbeReport['transports'],
  held: readonly Held[],
): SelfProbeReport['transports'] {
  const byTransport = new Map<Transport, Held>(held.map((one) => [one.transport, one]));
  return transports.map((probed) => {
    const found = byTransport.get(probed.transport);
    if (!found) return probed;
    const { transport: _transport, openMs: _openMs, ...call } = found;
    return judged({ ...probed, calls: [...probed.calls, call] });
  });
}

/** False when it was called off. */
function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), ms);
    timer.unref();
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}
