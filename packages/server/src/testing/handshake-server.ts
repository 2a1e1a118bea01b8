/** For tests of the ladder: a node as others see it, bytes as they are on the wire, and a clock to move. */
import { connect } from 'node:net';
import type { Event } from '@greenlight/protocol/event';
import { type OpenNode, openNode, type OpenNodeOptions } from './open-node.ts';

export { PAGE } from './open-node.ts';

export type TestServer = OpenNode & {
  /** Moves the server's clock, ms. */
  advance(ms: number): void;
  /** What was published on a channel so far. */
  published(channel: string): Promise<readonly Event[]>;
};

/** A path of REST that wants a credential, for reading and for writing. */
export const PRIVATE = { read: '/api/v1/auth/me', write: '/api/v1/auth/ws-ticket' } as const;
/** The same without a credential. */
export const PUBLIC = { read: '/health/live', write: '/api/v1/auth/login' } as const;

/** Has a public address of its own, so that what depends on it is told apart from where the test connects to. */
export async function startTestServer({
  settings,
  ...options
}: Omit<OpenNodeOptions, 'clock'> = {}): Promise<TestServer> {
  let ahead = 0;
  const node = await openNode({
    ...options,
    settings: { publicUrl: 'https://live.example.com', port: 8585, ...settings },
    clock: () => Date.now() + ahead,
  });
  return {
    ...node,
    advance: (ms) => {
      ahead += ms;
    },
    async published(channel) {
      const { entries } = await node.rawLog.read(channel, { after: 0 });
      return entries.map(({ json }) => JSON.parse(json) as Event);
    },
  };
}

export type RawAnswer = {
  readonly statusLine: string;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
};

/** Sends bytes as they are and reads until the answer is whole or the server hangs up. */
export async function exchange(port: number, bytes: string): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  try {
    socket.write(bytes, 'latin1');
    for await (const chunk of socket) {
      text += (chunk as Buffer).toString('latin1');
      const answer = parseAnswer(text);
      if (answer) return answer;
    }
  } finally {
    socket.destroy();
  }
  throw new Error(`The server hung up after ${JSON.stringify(text)}`);
}

function parseAnswer(text: string): RawAnswer | null {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  const body = text.slice(end + 4);
  const length = Number(headers.get('content-length') ?? 0);
  if (body.length < length) return null;
  return { statusLine, status: Number(statusLine.split(' ')[1]), headers, body };
}

export type HandshakeParts = {
  readonly path?: string;
  readonly method?: string;
  readonly version?: string;
  /** Replaces, or with null removes, headers of a correct handshake. */
  readonly headers?: Readonly<Record<string, string | null>>;
};

/** The bytes of an opening handshake that is correct but for what is changed. */
export function handshakeBytes({
  path = '/ws/test',
  method = 'GET',
  version = '1.1',
  headers = {},
}: HandshakeParts = {}): string {
  const all: Readonly<Record<string, string | null>> = {
    Host: '127.0.0.1',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const lines = Object.entries(all)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/${version}\r\n${lines.join('')}\r\n`;
}
