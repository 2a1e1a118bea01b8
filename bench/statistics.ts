/** The few numbers that stand for many. */

export type Spread = { readonly median: number; readonly low: number; readonly high: number };

export type Percentiles = { readonly p50: number; readonly p99: number; readonly p999: number };

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

const rank = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

export function spreadOf(values: readonly number[]): Spread {
  const sorted = ascending(values);
  return { median: rank(sorted, 0.5), low: rank(sorted, 0), high: rank(sorted, 1) };
}

export function percentiles(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).toSorted();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999) };
}
