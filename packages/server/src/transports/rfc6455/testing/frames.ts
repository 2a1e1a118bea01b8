/** Frames as a client may write them, right and wrong, and as the server's have to be (RFC 6455 section 5.2). */

export type ClientFrame = {
  readonly opcode: number;
  readonly payload?: string | Buffer;
  /** Default true. */
  readonly final?: boolean;
  /** The three reserved bits, 0 to 7. Default 0. */
  readonly reserved?: number;
  /** Default true. */
  readonly masked?: boolean;
  /** What the header says, where that is not the length of the payload. */
  readonly length?: number | bigint;
};

const MASK = Buffer.of(0x37, 0xfa, 0x21, 0x3d);

export function clientFrame(frame: ClientFrame): Buffer {
  const { opcode, final = true, reserved = 0, masked = true } = frame;
  const payload = Buffer.from(frame.payload ?? '');
  const { length = payload.length } = frame;
  const first = (final ? 0x80 : 0) | (reserved << 4) | opcode;
  const bit = masked ? 0x80 : 0;
  const header = [Buffer.of(first, bit | Number(length))];
  if (length > 65_535) {
    const long = Buffer.alloc(8);
    long.writeBigUInt64BE(BigInt(length));
    header.splice(0, 1, Buffer.of(first, bit | 127), long);
  } else if (length > 125)
    header.splice(0, 1, Buffer.of(first, bit | 126, Number(length) >> 8, Number(length) & 0xff));
  if (!masked) return Buffer.concat([...header, payload]);
  return Buffer.concat([...header, MASK, payload.map((byte, at) => byte ^ (MASK[at % 4] ?? 0))]);
}

export const text = (payload: string | Buffer): Buffer => clientFrame({ opcode: 1, payload });
export const ping = (payload: string | Buffer): Buffer => clientFrame({ opcode: 9, payload });

/** Of a message in several frames: `continuation` where it is not the first. */
export const part = (payload: string | Buffer, { first = false, final = false, opcode = 1 } = {}): Buffer =>
  clientFrame({ opcode: first ? opcode : 0, payload, final });

/** With a code, without one (null), or with a payload of any bytes. */
export function close(code: number | null, reason: string | Buffer = ''): Buffer {
  if (code === null) return clientFrame({ opcode: 8, payload: Buffer.from(reason) });
  const payload = Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason)]);
  return clientFrame({ opcode: 8, payload });
}

export type ServerFrame = { readonly opcode: number; readonly payload: Buffer };

/** The first whole frame and what is behind it; null while there is none. Throws for one that no server may send. */
export function takeFrame(bytes: Buffer): { frame: ServerFrame; rest: Buffer } | null {
  const [first = 0, second = 0] = bytes;
  const start = second < 126 ? 2 : second === 126 ? 4 : 10;
  if (bytes.length < start) return null;
  const length =
    second < 126 ? second : second === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (
    (first & 0xf0) !== 0x80 ||
    second > 127 ||
    (start === 4 && length < 126) ||
    (start === 10 && length < 65_536)
  )
    throw new Error(`A server sends no frame that begins with ${bytes.subarray(0, start).toString('hex')}.`);
  if (bytes.length < start + length) return null;
  const payload = Buffer.from(bytes.subarray(start, start + length));
  return { frame: { opcode: first & 0x0f, payload }, rest: bytes.subarray(start + length) };
}
