/** The two WebSocket calls of the self-probe. */
import { SUBPROTOCOL } from '@greenlight/protocol/frames';
import { decodeServerFrame } from '@greenlight/protocol/decode';
import { WebSocket } from 'ws';
import { ATTEMPT_HEADER } from '@greenlight/protocol/problem';
import { answerOf, type Awaited, probeAttempt, type Reached } from './http-call.ts';

const PATH = '/api/v1/ws';

/** Subscribes, has the event published, and gives "event" once it came, else what came instead. */
export function openUntilEvent(
  { address, host, timeoutMs }: Reached,
  credential: string,
  { channel, mark, ring }: Awaited & { readonly channel: string },
): Promise<string> {
  const url = `${address.replace(/^http/, 'ws')}${PATH}?${credential}`;
  const socket = new WebSocket(url, SUBPROTOCOL, {
    headers: { host, [ATTEMPT_HEADER]: probeAttempt() },
    handshakeTimeout: timeoutMs,
  });
  return new Promise((resolve) => {
    const end = (seen: string): void => {
      clearTimeout(deadline);
      resolve(seen);
      socket.terminate();
    };
    const deadline = setTimeout(() => end(`no event within ${timeoutMs} ms`), timeoutMs);
    socket.on('error', (error) => end(error.message));
    socket.on('close', (code, reason) => end(`closed with ${code} ${reason.toString()}`));
    socket.on('unexpected-response', (_request, response) => {
      void readAll(response).then((body) => end(answerOf(response.statusCode ?? 0, body)));
    });
    socket.on('message', (data: Buffer) => {
      const frame = decodeServerFrame(data.toString());
      if (!frame.ok) return end(frame.detail);
      const { value } = frame;
      if (value.type === 'welcome')
        socket.send(JSON.stringify({ id: 1, type: 'subscribe', channels: { [channel]: null } }));
      else if (value.type === 'ok') void ring();
      else if (value.type === 'event' && value.event.id === mark) end('event');
      else if (value.type === 'error' || value.type === 'refusal') end(value.code);
      return undefined;
    });
  });
}

/** What a tool without a credential, an Origin or a subprotocol is told. */
export function openWithout({ address, host, timeoutMs }: Reached): Promise<string> {
  const socket = new WebSocket(`${address.replace(/^http/, 'ws')}${PATH}`, {
    headers: { host, [ATTEMPT_HEADER]: probeAttempt() },
    handshakeTimeout: timeoutMs,
  });
  return new Promise((resolve) => {
    socket.on('error', (error) => resolve(error.message));
    socket.on('open', () => {
      resolve('was let in');
      socket.terminate();
    });
    socket.on('unexpected-response', (_request, response) => {
      void readAll(response).then((body) => resolve(answerOf(response.statusCode ?? 0, body)));
    });
  });
}

async function readAll(stream: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
