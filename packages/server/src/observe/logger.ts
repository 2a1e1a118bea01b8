/** Log lines: fields for machines, one sentence for people. */

export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

type Level = keyof Logger;

export type LoggerOptions = {
  /** `json`: one object in each line. `pretty`: for a terminal. */
  readonly format: 'json' | 'pretty';
  /** Gets whole lines, line feed included. */
  readonly write: (line: string) => void;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
};

export function createLogger({ format, write, clock }: LoggerOptions): Logger {
  const render = format === 'json' ? jsonLine : prettyLine;
  const at = (level: Level) => (fields: LogFields, message: string) =>
    write(render({ time: new Date(clock()).toISOString(), level, message, fields }));
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

type Line = { time: string; level: Level; message: string; fields: LogFields };

function jsonLine({ time, level, message, fields }: Line): string {
  return `${JSON.stringify({ time, level, message, ...readable(fields) })}\n`;
}

function prettyLine({ time, level, message, fields }: Line): string {
  const details = Object.entries(readable(fields))
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${oneLine([message, ...details].join('  '))}\n`;
}

/** Errors become text: JSON would make `{}` of them. */
function readable(fields: LogFields): LogFields {
  if (!Object.values(fields).some((value) => value instanceof Error)) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error ? (value.stack ?? value.message) : value,
    ]),
  );
}

/** A line stays a line: what a client sent cannot forge another one. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f]/g, (character) => JSON.stringify(character).slice(1, -1));
}
