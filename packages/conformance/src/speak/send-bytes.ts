/** Any bytes to the listener, and all that it answers until it hangs up. */
import type { Answer } from './ask.ts';
import { parse } from './ask.ts';
import { connect } from './connect.ts';
import { PATIENCE_MS } from './inbox.ts';
import { within } from './within.ts';

export async function sendBytes(url: URL, bytes: string | Buffer): Promise<Answer> {
  const socket = connect(url);
  const chunks: Buffer[] = [];
  const ended = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('close', () => resolve());
  });
  socket.write(bytes);
  try {
    await within(PATIENCE_MS, 'end of the connection', ended);
  } finally {
    socket.destroy();
  }
  return parseAnswer(Buffer.concat(chunks).toString());
}

/** Status 0 where there was no HTTP answer. */
export function parseAnswer(bytes: string): Answer {
  const at = bytes.indexOf('\r\n\r\n');
  const [line = '', ...fields] = bytes.slice(0, Math.max(0, at)).split('\r\n');
  const headers: Record<string, string> = {};
  for (const field of fields) {
    const colon = field.indexOf(':');
    headers[field.slice(0, colon).toLowerCase()] = field.slice(colon + 1).trim();
  }
  const text = at < 0 ? bytes : bytes.slice(at + 4);
  return { status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1] ?? 0), headers, text, json: parse(text) };
}
