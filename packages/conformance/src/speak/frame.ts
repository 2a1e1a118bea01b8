/** WebSocket frames byte by byte (RFC 6455 section 5.2), so that what is wrong with one can be seen. */
import { randomBytes } from 'node:crypto';

export const OPCODES = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export type Frame = {
  readonly opcode: number;
  readonly final: boolean;
  readonly reserved: number;
  readonly masked: boolean;
  /** The length is written with as few bytes as it needs. */
  readonly shortest: boolean;
  readonly payload: Buffer;
};

/** A frame as clients have to send it: final and masked. */
export function clientFrame(opcode: number, content: string | Buffer): Buffer {
  const payload = Buffer.from(content);
  const mask = randomBytes(4);
  const masked = payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.concat([clientHeader(opcode, payload.length), mask, masked]);
}

/** Up to the mask. */
export function clientHeader(opcode: number, length: number): Buffer {
  const first = 0x80 | opcode;
  if (length < 126) return Buffer.of(first, 0x80 | length);
  if (length < 65_536) return Buffer.of(first, 0x80 | 126, length >> 8, length & 0xff);
  const bytes = Buffer.alloc(10);
  bytes[0] = first;
  bytes[1] = 0x80 | 127;
  bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}

/** Takes whole frames off the front of what it was given. */
export class FrameReader {
  #bytes = Buffer.alloc(0);

  push(chunk: Buffer): Frame[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const frames: Frame[] = [];
    for (let frame = this.#take(); frame; frame = this.#take()) frames.push(frame);
    return frames;
  }

  #take(): Frame | null {
    const bytes = this.#bytes;
    const [first = 0, second = 0] = bytes;
    const short = second & 0x7f;
    const begin = short < 126 ? 2 : short === 126 ? 4 : 10;
    const masked = second >= 0x80;
    const start = begin + (masked ? 4 : 0);
    if (bytes.length < Math.max(2, start)) return null;
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < start + length) return null;
    this.#bytes = bytes.subarray(start + length);
    return {
      opcode: first & 0x0f,
      final: first >= 0x80,
      reserved: (first >> 4) & 7,
      masked,
      shortest: begin === (length < 126 ? 2 : length < 65_536 ? 4 : 10),
      payload: Buffer.from(bytes.subarray(start, start + length)),
    };
  }
}
