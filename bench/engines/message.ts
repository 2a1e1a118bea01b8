/** What every engine sends: the frame that Greenlight would, with 128 bytes of data that end in the moment of publishing. */

export const CHANNEL = 'memory';
export const channelOf = (subscriber: number): string => `${CHANNEL}:${subscriber}`;

const STAMP_DIGITS = 16;
const PAD = 'x'.repeat(128 - STAMP_DIGITS);

/** Of a clock that all processes of a machine share, µs. */
export const nowMicros = (): number => Number(process.hrtime.bigint() / 1_000n);

export const stampedData = (): string => PAD + String(nowMicros()).padStart(STAMP_DIGITS, '0');

/** The moment of publishing, from the last digits of a message. */
export function stampIn(bytes: Buffer, start: number, end: number): number {
  let at = end;
  while (at > start && !isDigit(bytes[at - 1])) at -= 1;
  let stamp = 0;
  for (let digit = at - STAMP_DIGITS; digit < at; digit += 1) stamp = stamp * 10 + (bytes[digit] ?? 48) - 48;
  return stamp;
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;

let offset = 0;

/** As the gateway makes it, for engines that have no events of their own. */
export const eventFrame = (channel: string): object => ({
  type: 'event',
  channel,
  epoch: 'abcdefgh',
  offset: ++offset,
  event: {
    id: crypto.randomUUID(),
    type: 'test',
    source: `/channels/${channel}`,
    time: new Date().toISOString(),
    specversion: '1.0',
    data: stampedData(),
  },
});
