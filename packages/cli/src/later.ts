/** Moments and durations as they are typed: `30d`, `12h`, `2027-01-01T00:00:00Z`. */
import { UsageError } from './command.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Seconds; null when it is no duration. */
export function secondsFrom(text: string): number | null {
  const [, amount = '', unit = ''] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  const seconds = UNITS[unit];
  return seconds === undefined ? null : Number(amount) * seconds;
}

/** RFC 3339, UTC, and later than now. */
export function momentFrom(text: string, option: string): string {
  const seconds = secondsFrom(text);
  const at = seconds === null ? Date.parse(text) : Date.now() + seconds * 1_000;
  if (Number.isNaN(at) || !/^\d{4}-\d\d-\d\dT|^\d+[smhd]$/.test(text))
    throw new UsageError(
      `${option} is a duration such as 30d or 12h, or a time such as 2027-01-01T00:00:00Z, not ${JSON.stringify(text)}.`,
    );
  if (at <= Date.now()) throw new UsageError(`${option} is in the past: ${text}.`);
  return new Date(at).toISOString();
}
