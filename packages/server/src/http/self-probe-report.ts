/** What the process saw when it last called itself through real sockets. */
import type { Transport } from '@greenlight/handshake/request';

export type SelfProbeTransport = {
  readonly transport: Transport;
  /** In words: what must come back. */
  readonly expected: string;
  readonly seen: string;
  readonly ok: boolean;
  readonly ms: number;
  /** One sentence, when it is not ok: what that means and what to do. */
  readonly detail?: string;
};

export type SelfProbeReport = {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly transports: readonly SelfProbeTransport[];
};

/** Null until the first probe has ended. */
export type SelfProbe = () => SelfProbeReport | null;
