/** What a measurement is, and what it gives: everything that is printed, kept as JSON and drawn comes from here. */
import type { Spread } from './statistics.ts';

/** How much is done: `quick` is for looking whether all of it works, its figures are coarse. */
export type Scale = 'full' | 'quick';

/** Of neighbours in time. */
export type Ratio = {
  readonly of: string;
  readonly value: Spread;
  readonly target: { readonly kind: 'at least' | 'at most'; readonly value: number };
};

export type Table = {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

export type Plot = {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly {
    readonly name: string;
    readonly points: readonly (readonly [number, number])[];
  }[];
};

export type Result = {
  readonly tables: readonly Table[];
  readonly ratios: readonly Ratio[];
  readonly plots?: readonly Plot[];
  /** What one has to know to read the figures, such as who was the bottleneck and what was left out. */
  readonly notes: readonly string[];
};

export type Measurement = {
  readonly name: string;
  readonly title: string;
  /** One paragraph for the page: what is done and why. */
  readonly about: string;
  readonly run: (scale: Scale) => Promise<Result>;
};

export const isMet = ({ value: { median }, target }: Ratio): boolean =>
  target.kind === 'at least' ? median >= target.value : median <= target.value;
