/** Every limit of the client, named, with its default. `createClient({ limits })` changes each of them. */
export const DEFAULT_LIMITS = {
  /** Time for a connection to open, ms. */
  connectMs: 10_000,
  /** Time for the server's `welcome` on a connection that has opened, ms: what carries no frames is left after it. */
  welcomeMs: 5_000,
  /** Time for the server's word on a hidden refusal, ms. */
  explainMs: 5_000,
  /** Time for the answer to a ping after the network or the tab came back, ms. */
  probeMs: 3_000,
  /** The first wait before a new attempt, doubled with each failure, ms; half of it is random. */
  firstRetryMs: 500,
  longestRetryMs: 30_000,
  /** The first wait before a better transport is tried again, doubled with each failure, ms; a quarter more or less. */
  firstUpgradeMs: 5_000,
  longestUpgradeMs: 300_000,
  /** Publications that an iterated subscription holds before it stops taking more; see `Subscription`. */
  bufferedPublications: 1_000,
} as const satisfies Record<string, number>;

export type ClientLimits = { readonly [Name in keyof typeof DEFAULT_LIMITS]: number };
