/** The observer that writes each byte itself, as curl and load balancers do: no Origin, no subprotocol of its own accord. */
import { exchange } from '@greenlight/server/testing/handshake-server';
import { type Addressed, hostOf, ownHeaders } from './addressed.ts';
import { problemIn, type Sight } from './sight.ts';

const OPENING = {
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

export async function seeWithRawSocket(request: Addressed): Promise<Sight> {
  const { transport, plain, subprotocols, method = 'GET', target, attempt, node } = request;
  const headers: Readonly<Record<string, string | null>> = {
    Host: hostOf(request),
    'Greenlight-Attempt': attempt,
    ...(transport === 'websocket' && !plain && OPENING),
    ...(subprotocols && { 'Sec-WebSocket-Protocol': subprotocols.join(', ') }),
    ...ownHeaders(request),
  };
  const lines = Object.entries(headers)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  const bytes = `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
  const answer = await exchange(Number(new URL(node.url).port), bytes);
  return {
    attempt,
    status: answer.status,
    headers: answer.headers,
    problem: problemIn(answer.body),
    refusal: null,
    close: null,
  };
}
