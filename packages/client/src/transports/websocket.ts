/** `greenlight.v1` over a WebSocket (RFC 6455). */
import { decodeServerFrame } from '@greenlight/protocol/decode';
import { BEARER_SUBPROTOCOL_PREFIX, SUBPROTOCOL } from '@greenlight/protocol/frames';
import { base64url } from '../attempt.ts';
import type { Transport } from '../transport.ts';

/** What browsers, Deno, Bun and Node have, and the class of `ws`. Their types of events differ, so they are left open. */
export interface WebSocketLike {
  addEventListener: unknown;
  send(data: string): void;
  close(code?: number): void;
}
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

type Listening = {
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
};

export function websocketTransport(WebSocket: WebSocketConstructor): Transport {
  return {
    name: 'websocket',
    open({ base, attempt, secret }, listener) {
      const url = new URL('api/v1/ws', base);
      url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
      url.searchParams.set('attempt', attempt);
      if (secret.kind === 'ticket') url.searchParams.set('ticket', secret.value);
      const protocols = [SUBPROTOCOL];
      if (secret.kind === 'token' && secret.place === 'subprotocol')
        protocols.push(BEARER_SUBPROTOCOL_PREFIX + base64url(secret.value));

      const socket = new WebSocket(url.href, protocols) as WebSocketLike & Listening;
      let over = false;
      socket.addEventListener('open', () => !over && listener.opened());
      socket.addEventListener('message', ({ data }) => {
        if (!over) listener.frame(decodeServerFrame(String(data)));
      });
      // A close event follows each error and says as much as a browser is willing to say; `ws` wants a listener.
      socket.addEventListener('error', () => undefined);
      socket.addEventListener('close', ({ code, reason }) => {
        if (over) return;
        over = true;
        listener.ended(code, reason);
      });
      return {
        send: (command) => socket.send(JSON.stringify(command)),
        close() {
          over = true;
          socket.close(1000);
        },
      };
    },
  };
}
