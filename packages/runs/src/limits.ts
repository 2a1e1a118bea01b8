/** Every limit of runs, named, with its default. */
export const DEFAULT_RUN_LIMITS = {
  /** Runs that execute at the same time; further ones queue. A run that is resumed does not wait. */
  concurrency: 2,
  /** A running run whose executor is silent for as long is stalled, ms. */
  leaseMs: 30_000,
  /** Time that executing runs get to end when Greenlight stops, ms. */
  closeMs: 5_000,
  /** Least time between two commits of progress of one run, ms. */
  progressMs: 100,
  /** Least time between two `workflow.progress` of one run on the overview, ms. */
  overviewMs: 500,
  /** Before trying again when the log could not write, ms. */
  retryMs: 1_000,
  /** Records and events in one append. */
  appendWrites: 500,
} as const satisfies Record<string, number>;

export type RunLimits = { readonly [Name in keyof typeof DEFAULT_RUN_LIMITS]: number };
