import type { CheckedStage, RefusedCode, Stage } from './codes.ts';
import type { Hop } from './hop.ts';
import type { Transport } from './transport.ts';

export const CREDENTIAL_KINDS = ['api_key', 'ticket', 'session', 'token'] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

export const ATTEMPT_OUTCOMES = ['accepted', 'refused'] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

/** Everything that an operator may see of one attempt. No credential is in it. */
export type AttemptTrace = {
  readonly attempt: string;
  readonly outcome: AttemptOutcome;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly transport: Transport;
  readonly method: string;
  readonly httpVersion: string;
  /** Without the query. */
  readonly path: string;
  readonly address: string;
  /** How `address` was found, from the peer on; what was ignored stands at the end. */
  readonly hops: readonly Hop[];
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
  readonly code: RefusedCode | null;
  readonly detail: string | null;
  /** What to do about `code`. */
  readonly fix: string | null;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  /** The credential came from a simulated sign-in, or said so. */
  readonly simulated?: true;
};
