/** From a socket that asks to become a WebSocket to an open session, or to a refusal that says why. */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Accepted, WebSocketRoute } from './accepted.ts';

/** After the 101. All that is sent goes through `socket`, framed by the transport; `websocket` reads and closes. */
export type OpenedWebSocket = {
  readonly socket: Duplex;
  readonly websocket: WebSocket;
  readonly accepted: Accepted;
};

/** What opens a session for each kind of route. */
export type Openers = {
  readonly protocol: (opened: OpenedWebSocket) => void;
  readonly plain: (opened: OpenedWebSocket, route: Extract<WebSocketRoute, { kind: 'plain' }>) => void;
  readonly echo: (opened: OpenedWebSocket) => void;
};
