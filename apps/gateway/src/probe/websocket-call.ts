/** One WebSocket handshake of the self-probe, and what came of it in a few words. */
import { decodeServerFrame } from '@greenlight/protocol/decode';
import { SUBPROTOCOL } from '@greenlight/protocol/frames';
import { ATTEMPT_HEADER } from '@greenlight/protocol/problem';
import { WebSocket } from 'ws';
import { answerOf, errorText, readAll } from './http-call.ts';
import type { Awaited, Call } from './place.ts';

/** Offering the subprotocol beside an allowed Origin would have a refusal explained inside of the socket. */
export function openSocket({ place, path, headers, attempt }: Call, subprotocol: boolean): WebSocket {
  const { url, host, timeoutMs } = place;
  return new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, subprotocol ? [SUBPROTOCOL] : [], {
    headers: { ...headers, host, [ATTEMPT_HEADER]: attempt },
    handshakeTimeout: timeoutMs,
    rejectUnauthorized: false,
  });
}

/** "401 credential_missing" for a refusal; with an awaited event: subscribes, has it published, "event" once it came. */
export function websocketAnswer(what: Call, awaited: Awaited | null): Promise<string> {
  const { timeoutMs } = what.place;
  const socket = openSocket(what, awaited !== null);
  return new Promise((resolve) => {
    const end = (seen: string): void => {
      clearTimeout(deadline);
      resolve(seen);
      socket.terminate();
    };
    const deadline = setTimeout(() => end(`no event within ${timeoutMs} ms`), timeoutMs);
    socket.on('error', (error) => end(errorText(error)));
    socket.on('close', (code, reason) => end(`closed with ${code} ${reason.toString()}`));
    socket.on('unexpected-response', (_request, response) => {
      const status = response.statusCode ?? 0;
      readAll(response).then(
        (body) => end(answerOf(status, body)),
        () => end(answerOf(status, '')),
      );
    });
    if (!awaited) {
      socket.on('open', () => end('let in'));
      return;
    }
    const { channel, mark, ring } = awaited;
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
