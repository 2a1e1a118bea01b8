/** For tests: a correct WebSocket handshake as plain data, but for what is changed. */
import type { HandshakeRequest } from '../request.ts';

export type RequestChange = Omit<Partial<HandshakeRequest>, 'headers' | 'query'> & {
  /** Null removes. */
  readonly headers?: Readonly<Record<string, string | null>>;
};

export function testRequest({ headers = {}, ...change }: RequestChange = {}): HandshakeRequest {
  const all = {
    host: 'live.example.com',
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const target = change.target ?? '/api/v1/ws';
  return {
    attempt: 'AAAAAAAAAAAAAAAAAAAAAA',
    transport: 'websocket',
    method: 'GET',
    target,
    path: target.split('?', 1)[0] as string,
    query: new URLSearchParams(target.split('?')[1] ?? ''),
    headers: new Map(
      Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
    ),
    httpVersion: '1.1',
    address: '127.0.0.1',
    hops: [{ address: '127.0.0.1', source: 'socket', standing: 'client' }],
    secure: false,
    receivedAt: 0,
    ...change,
  };
}
