/** What became of recent attempts: kept in memory, bounded in number and in time. */
import type { CredentialKind } from '@greenlight/handshake/identity';
import type { Transport } from '@greenlight/handshake/request';
import type { CheckedStage, RefusalCode, Stage } from '@greenlight/protocol/codes';
import type { Problem } from '@greenlight/protocol/problem';

/** Everything that an operator may see of one attempt. No credential is in it. */
export type AttemptTrace = {
  readonly attempt: string;
  readonly outcome: 'accepted' | 'refused';
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly transport: Transport;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly address: string;
  readonly secure: boolean;
  /** As received; null when the header was absent. */
  readonly host: string | null;
  readonly origin: string | null;
  /** Names only, in the order received. */
  readonly headers: readonly string[];
  readonly checked: readonly CheckedStage[];
  readonly user: string | null;
  readonly credential: CredentialKind | null;
  /** Id of the key or session, never the secret. */
  readonly credentialId: string | null;
  readonly stage: Stage | null;
  readonly code: RefusalCode | null;
  readonly detail: string | null;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
};

/** What anybody who holds the attempt's id may see. */
export type PublicVerdict =
  | {
      readonly outcome: 'accepted';
      readonly attempt: string;
      readonly at: string;
      readonly checked: readonly CheckedStage[];
    }
  | ({ readonly outcome: 'refused'; readonly at: string } & Problem);

export type AttemptFilter = {
  readonly outcome?: 'accepted' | 'refused';
  readonly code?: RefusalCode;
  readonly transport?: Transport;
  /** Default 100, at most 1,000. */
  readonly limit?: number;
};

export interface Attempts {
  /** The id for a new attempt: the client's own if it is well formed and not in use, else a fresh one. */
  claim(wanted: string | null): string;
  /** Keeps what became of it. `problem` is what the caller was told; null for an accepted one. */
  record(trace: AttemptTrace, problem: Problem | null): void;
  /** Forgets a claim of which nothing is to be kept. */
  release(attempt: string): void;
  /** Null if this node has not seen it, or not lately. */
  publicVerdict(attempt: string): PublicVerdict | null;
  /** Newest first. */
  list(filter?: AttemptFilter): readonly AttemptTrace[];
}
