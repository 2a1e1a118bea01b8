/** What every part of a running server may use. Made once, in server.ts. */
import type { Log } from '@greenlight/log/log';
import type { Review } from '@greenlight/runs/review';
import type { Runs } from '@greenlight/runs/runs';
import type { Admission } from './admission.ts';
import type { Attempts } from './attempts.ts';
import type { Accounts } from './auth/accounts.ts';
import type { ApiKeys } from './auth/api-keys.ts';
import type { IdentityFacts } from './auth/identity-facts.ts';
import type { Oidc } from './auth/oidc.ts';
import type { Simulated } from './auth/simulated.ts';
import type { Sessions } from './auth/sessions.ts';
import type { Tickets } from './auth/tickets.ts';
import type { Connections } from './connections.ts';
import type { Hub } from './hub.ts';
import type { ServerInfo } from './info.ts';
import type { Limits } from './limits.ts';
import type { Logger } from './observe/logger.ts';
import type { Metrics } from './observe/metrics.ts';
import type { Work } from './work.ts';
import type { RecordAccepted, Refuse } from './refuse.ts';

export type Services = {
  readonly info: ServerInfo;
  readonly limits: Limits;
  readonly settings: ServerSettings;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** The announcing log: what is appended here reaches every subscriber. */
  readonly log: Log;
  readonly hub: Hub;
  readonly connections: Connections;
  readonly work: Work;
  readonly runs: Runs;
  readonly review: Review;
  readonly admission: Admission;
  readonly refuse: Refuse;
  readonly recordAccepted: RecordAccepted;
  readonly attempts: Attempts;
  /** What may be told of who counts as whom. */
  readonly identityFacts: IdentityFacts;
  readonly accounts: Accounts;
  /** Null: no identity provider is configured. */
  readonly oidc: Oidc | null;
  /** Null: there is no simulated sign-in. */
  readonly simulated: Simulated | null;
  readonly apiKeys: ApiKeys;
  readonly tickets: Tickets;
  readonly sessions: Sessions;
  readonly metrics: Metrics;
  readonly logger: Logger;
};

export type ServerSettings = {
  /** Without a trailing slash. */
  readonly publicUrl: string;
  /** Origins as browsers send them: `https://app.example.com`. */
  readonly allowedOrigins: readonly string[];
  /** Names that the Host header may carry, without port. */
  readonly allowedHosts: readonly string[];
  /** How much a refusal tells its caller. */
  readonly explain: 'full' | 'public';
  /** Addresses and CIDR ranges whose `X-Forwarded-*` and `Forwarded` headers count. */
  readonly trustedProxies: readonly string[];
  readonly port: number;
};
