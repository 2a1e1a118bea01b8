/**
 * A group of appends, and its results, as they cross between the threads: in columns, because cloning thousands of
 * small objects would take longer than writing them. What few appends have goes beside the columns as it is.
 */
import type { WireAppend, WireResult } from './messages.ts';

export type PackedGroup = {
  /** For each append: its time, and how many channels it has. */
  readonly times: readonly number[];
  readonly parts: readonly number[];
  /** For each channel of each append: its name, how many events, the expected head or -1. */
  readonly channels: readonly string[];
  readonly counts: readonly number[];
  readonly expectHeads: readonly number[];
  /** The JSON of each event. */
  readonly events: readonly string[];
  /** Records and idempotency of the appends that have any, by the append's index. */
  readonly beside: ReadonlyMap<number, Pick<WireAppend, 'records' | 'idempotency'>>;
};

export type PackedResults = {
  /** The first offset for each channel of each append whose result is not beside. */
  readonly firsts: readonly number[];
  /** All results but those that only say where the events are, by the append's index. */
  readonly beside: ReadonlyMap<number, WireResult>;
};

export function packGroup(appends: readonly WireAppend[]): PackedGroup {
  const times: number[] = [];
  const parts: number[] = [];
  const channels: string[] = [];
  const counts: number[] = [];
  const expectHeads: number[] = [];
  const events: string[] = [];
  const beside: [number, Pick<WireAppend, 'records' | 'idempotency'>][] = [];
  for (const append of appends) {
    for (const part of append.appends) {
      channels.push(part.channel);
      counts.push(part.events.length);
      expectHeads.push(part.expectHead ?? -1);
      for (const json of part.events) events.push(json);
    }
    const { records, idempotency } = append;
    if (records.length > 0 || idempotency) beside.push([times.length, { records, idempotency }]);
    times.push(append.at);
    parts.push(append.appends.length);
  }
  return { times, parts, channels, counts, expectHeads, events, beside: new Map(beside) };
}

export function unpackGroup(group: PackedGroup): readonly WireAppend[] {
  const { channels, counts, expectHeads, events, beside } = group;
  let part = 0;
  let event = 0;
  return group.times.map((at, index) => {
    const appends: WireAppend['appends'][number][] = [];
    for (const end = part + (group.parts[index] as number); part < end; part++) {
      const expectHead = expectHeads[part] as number;
      const from = event;
      event += counts[part] as number;
      appends.push({
        channel: channels[part] as string,
        events: events.slice(from, event),
        expectHead: expectHead < 0 ? undefined : expectHead,
      });
    }
    return { at, appends, records: [], ...beside.get(index) };
  });
}

export function packResults(results: readonly WireResult[]): PackedResults {
  const firsts: number[] = [];
  const beside = new Map<number, WireResult>();
  for (const [index, result] of results.entries())
    if (!result.ok || result.duplicate || result.versions.length > 0) beside.set(index, result);
    else for (const [first] of result.spans) firsts.push(first);
  return { firsts, beside };
}

/** `appends` as they were packed. */
export function unpackResults(
  { firsts, beside }: PackedResults,
  appends: readonly WireAppend[],
): readonly WireResult[] {
  let part = 0;
  return appends.map(
    (append, index) =>
      beside.get(index) ?? {
        ok: true,
        spans: append.appends.map(({ events }) => {
          const first = firsts[part++] as number;
          return [first, first + events.length - 1];
        }),
        versions: [],
        duplicate: false,
      },
  );
}
