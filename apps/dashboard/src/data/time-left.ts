/** How long a run will still take, from how fast it went lately. Pure. */

export type Sample = { readonly at: number; readonly completed: number };

/** Older samples say nothing about the pace now. */
const WINDOW_MS = 20_000;
/** A shorter stretch would make the number jump. */
const SHORTEST_MS = 1_500;

export function addSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last && last.completed === sample.completed) return samples;
  if (last && last.completed > sample.completed) return [sample];
  return [...samples.filter(({ at }) => sample.at - at <= WINDOW_MS), sample];
}

/** Units a second, or null while it cannot be said. */
export function pace(samples: readonly Sample[]): number | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || last.at - first.at < SHORTEST_MS) return null;
  return ((last.completed - first.completed) / (last.at - first.at)) * 1000;
}

/** Milliseconds, or null while it cannot be said. */
export function timeLeft(samples: readonly Sample[], total: number | undefined): number | null {
  const perSecond = pace(samples);
  const done = samples.at(-1)?.completed ?? 0;
  if (perSecond === null || perSecond <= 0 || total === undefined || total <= done) return null;
  return ((total - done) / perSecond) * 1000;
}
