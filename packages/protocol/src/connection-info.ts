import type { Transport } from './transport.ts';

/** An open connection, as operators see it. */
export type ConnectionInfo = {
  readonly session: string;
  readonly attempt: string;
  /** Null while its first `auth` frame is awaited. */
  readonly user: string | null;
  readonly credentialId: string | null;
  readonly transport: Transport;
  readonly address: string;
  /** RFC 3339, UTC. */
  readonly since: string;
  readonly channels: readonly string[];
  readonly queuedBytes: number;
  /** Milliseconds, as of the last heartbeat; null where it is not known. */
  readonly rttMs: number | null;
  /** Publications. */
  readonly delivered: number;
  readonly simulated?: true;
};
