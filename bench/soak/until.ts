/** Resolves at a moment of `performance.now()`, at once if it has passed. */
export const until = (moment: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, moment - performance.now())));
