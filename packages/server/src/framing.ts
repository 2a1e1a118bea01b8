/** WebSocket frames from server to client: final, unmasked, one for each message (RFC 6455 section 5.2). */

const FINAL = 0x80;
const OPCODES = { text: 0x1, binary: 0x2, ping: 0x9 } as const;

function header(opcode: keyof typeof OPCODES, length: number): Buffer {
  const first = FINAL | OPCODES[opcode];
  if (length < 126) return Buffer.of(first, length);
  if (length < 65_536) return Buffer.of(first, 126, length >> 8, length & 0xff);
  const bytes = Buffer.alloc(10);
  bytes[0] = first;
  bytes[1] = 127;
  bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}

/** One text message. Frames of all sessions are alike, so one buffer serves them all. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([header('text', payload.length), payload]);
}

export function binaryFrame(payload: Buffer): Buffer {
  return Buffer.concat([header('binary', payload.length), payload]);
}

export const PING_FRAME = header('ping', 0);
