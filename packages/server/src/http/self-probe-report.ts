/** What the process saw when it last called itself through real sockets. */
import type { Transport } from '@greenlight/protocol/transport';

export const PROBE_PLACES = ['listener', 'public'] as const;
/** `public`: through the public URL, and so through whatever stands in front. */
export type ProbePlace = (typeof PROBE_PLACES)[number];

/**
 * What is presented, and `set_cookie` and `idle`: whether a cookie comes back as it was set, and whether a connection
 * on which little is said stays open.
 */
export const PROBE_CALLS = [
  'none',
  'garbage',
  'cookie',
  'foreign_origin',
  'expired',
  'expired_token',
  'good',
  'replayed',
  'set_cookie',
  'idle',
] as const;
export type ProbeCallName = (typeof PROBE_CALLS)[number];

export type SelfProbeCall = {
  readonly call: ProbeCallName;
  /** `401 credential_missing`, `event`. */
  readonly expected: string;
  readonly seen: string;
  readonly ok: boolean;
  /** Operators find under it what arrived here, if anything did. */
  readonly attempt: string;
};

export type SelfProbeTransport = {
  readonly transport: Transport;
  readonly place: ProbePlace;
  /** Where the calls went, without a path. */
  readonly url: string;
  /** In words: what must come back. */
  readonly expected: string;
  readonly seen: string;
  readonly ok: boolean;
  readonly ms: number;
  /** One sentence, when it is not ok: what came back instead. */
  readonly detail?: string;
  readonly calls: readonly SelfProbeCall[];
};

export const PROBE_CAUSES = [
  'public_url_unreachable',
  'certificate_not_trusted',
  'another_process',
  'answered_in_front',
  'upgrade_dropped',
  'connection_dropped',
  'http_1_0',
  'authorization_dropped',
  'cookie_dropped',
  'set_cookie_dropped',
  'cookie_path_changed',
  'cookie_not_secure',
  'origin_dropped',
  'own_origin_refused',
  'host_rewritten',
  'idle_cut',
] as const;
export type ProbeCause = (typeof PROBE_CAUSES)[number];

/** What stands in front changes what passes through it. */
export type ProbeFinding = {
  readonly cause: ProbeCause;
  /** One sentence. */
  readonly detail: string;
  /** What to change, in nginx where that is meaningful. */
  readonly fix: string;
};

export type SelfProbeReport = {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly transports: readonly SelfProbeTransport[];
  /** About what stands in front of the public URL. */
  readonly findings: readonly ProbeFinding[];
  /** False while connections are held open to see whether something cuts them. */
  readonly complete: boolean;
};

export type SelfProbe = {
  /** Null until the first probe has ended. */
  last(): SelfProbeReport | null;
  /** Probes again; gives the report before it is complete. */
  repeat(): Promise<SelfProbeReport>;
};
