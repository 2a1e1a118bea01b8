/**
 * Where a reader stands in a channel. A position names the last event already had; the first offset is 1,
 * so `epoch:0` means "nothing yet". The epoch changes when offsets start to mean something else
 * (a restored backup, the restart of a `memory` channel).
 */
import { isChannelName } from './channel.ts';

export type Position = { readonly epoch: string; readonly offset: number };

/** What a client may say it has: a position, everything retained, or nothing (from now on). */
export type Since = Position | 'earliest' | null;

/** One position for each channel of a stream: what an SSE `id:` carries. */
export type PositionVector = ReadonlyMap<string, Position>;

const POSITION = /^([A-Za-z0-9_-]{1,64}):(0|[1-9][0-9]{0,15})$/;

export function formatPosition(position: Position): string {
  return `${position.epoch}:${position.offset}`;
}

/** Null when the text is no position. */
export function parsePosition(text: string): Position | null {
  const match = POSITION.exec(text);
  if (!match) return null;
  const offset = Number(match[2]);
  return Number.isSafeInteger(offset) ? { epoch: match[1] as string, offset } : null;
}

/** Undefined when the value is no `since`; null is one and means "from now on". */
export function parseSince(value: unknown): Since | undefined {
  if (value === null || value === 'earliest') return value;
  if (typeof value !== 'string') return undefined;
  return parsePosition(value) ?? undefined;
}

/** One channel: `epoch:offset`. Several: `channel=epoch:offset,…`, in the order given. */
export function formatVector(vector: PositionVector): string {
  if (vector.size === 1) for (const position of vector.values()) return formatPosition(position);
  return [...vector].map(([channel, position]) => `${channel}=${formatPosition(position)}`).join(',');
}

/**
 * Reads what `formatVector` wrote, for the channels of a stream: a bare position when there is one channel,
 * `earliest`, or a list, in which a channel may have `earliest` too. Channels that the list leaves out are absent from
 * the answer.
 * Null when the text is none of these or names a channel that is not in `channels`.
 */
export function parseVector(text: string, channels: readonly string[]): Map<string, Since> | null {
  if (text === 'earliest') return new Map(channels.map((channel) => [channel, 'earliest']));
  const [only] = channels;
  const bare = parsePosition(text);
  if (bare) return channels.length === 1 && only !== undefined ? new Map([[only, bare]]) : null;
  const vector = new Map<string, Since>();
  for (const entry of text.split(',')) {
    const at = entry.indexOf('=');
    const channel = entry.slice(0, at);
    const text = entry.slice(at + 1);
    const position = text === 'earliest' ? text : parsePosition(text);
    if (at < 1 || !position || !isChannelName(channel) || !channels.includes(channel)) return null;
    vector.set(channel, position);
  }
  return vector;
}
