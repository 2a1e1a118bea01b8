/** From a socket that asks to become a WebSocket to an open session, or to a refusal that says why. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { checkHost } from '@greenlight/handshake/check-host';
import { isAllowedOrigin } from '@greenlight/handshake/check-origin';
import { checkRequest } from '@greenlight/handshake/check-request';
import {
  checkSubprotocol,
  offeredSubprotocols,
  offersGreenlight,
} from '@greenlight/handshake/check-subprotocol';
import { listNames } from '@greenlight/handshake/header-list';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import { SUBPROTOCOL } from '@greenlight/protocol/frames';
import { ATTEMPT_HEADER } from '@greenlight/protocol/problem';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Accepted, WebSocketRoute } from './accepted.ts';
import type { Plan } from './admission.ts';
import { toHandshakeRequest } from './handshake-request.ts';
import { afterAnswers } from './owed-answer.ts';
import type { AcceptedVerdict, Refused } from './refuse.ts';
import type { Services } from './services.ts';
import { websocketPlan } from './websocket-route.ts';

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

export type UpgradeServices = Pick<
  Services,
  'settings' | 'limits' | 'clock' | 'attempts' | 'admission' | 'refuse' | 'recordAccepted'
>;

/** Listener for `upgrade` and for `connect`. */
export type Upgrade = (incoming: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** For `http.createServer`: other upgrades, such as `h2c`, are offers that may be ignored, and stay HTTP requests. */
export const shouldUpgrade = (incoming: IncomingMessage): boolean =>
  listNames(incoming.headers.upgrade, 'websocket');

const NO_ROUTE: Plan = { methods: [], credential: 'required', channels: [], connection: true };

type Arrival = {
  readonly request: HandshakeRequest;
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
};

export function createUpgrade(services: UpgradeServices, openers: Openers): Upgrade {
  const { limits, admission, refuse, recordAccepted, attempts } = services;
  const attemptOf = new WeakMap<IncomingMessage, string>();
  const sessions = createWebSocketServer(attemptOf, { maxPayload: limits.messageBytes });
  const explainer = createWebSocketServer(attemptOf, {
    maxPayload: limits.unauthenticatedBytes,
    closeTimeout: limits.authDeadlineMs,
  });
  let explaining = 0;

  async function decide(arrival: Arrival): Promise<void> {
    const { request } = arrival;
    const found = websocketPlan(request.path);
    const verdict = await admission.admit(request, found?.plan ?? NO_ROUTE);
    if (verdict.outcome === 'refused') refuseArrival(arrival, verdict);
    else if (found) accept(arrival, verdict, found.route);
  }

  function accept(arrival: Arrival, verdict: AcceptedVerdict, route: WebSocketRoute): void {
    const { request, socket } = arrival;
    const opened = open(sessions, arrival, (websocket) => {
      recordAccepted(request, verdict);
      const accepted = { request, identity: verdict.identity };
      const arrived = { socket, websocket, accepted };
      switch (route.kind) {
        case 'protocol':
          return openers.protocol(arrived);
        case 'plain':
          return openers.plain(arrived, route);
        case 'echo':
          return openers.echo(arrived);
      }
      return route satisfies never;
    });
    if (!opened) attempts.release(request.attempt);
  }

  function refuseArrival(arrival: Arrival, verdict: Refused): void {
    const { request, socket } = arrival;
    const explained =
      mayExplain(request) && open(explainer, arrival, (websocket) => explain(arrival, verdict, websocket));
    if (!explained) refuse(request, verdict, { kind: 'socket', socket });
  }

  /**
   * A browser hides the answer to a failed handshake from its page, so a page that speaks `greenlight.v1` and may be
   * here is let in for as long as it takes to say why it is not.
   */
  function mayExplain(request: HandshakeRequest): boolean {
    const origin = request.headers.get('origin');
    return (
      explaining < limits.unauthenticatedConnections &&
      origin !== undefined &&
      offersGreenlight(request) &&
      isAllowedOrigin(request, origin, services.settings.allowedOrigins) &&
      (checkRequest(request) ?? checkHost(request, services.settings) ?? checkSubprotocol(request)) === null
    );
  }

  function explain({ request, socket }: Arrival, verdict: Refused, websocket: WebSocket): void {
    explaining += 1;
    let received = 0;
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received > limits.unauthenticatedBytes) websocket.terminate();
    });
    websocket.on('error', () => websocket.terminate());
    websocket.on('close', () => {
      explaining -= 1;
    });
    refuse(request, verdict, {
      kind: 'frame',
      send: (push) => websocket.send(JSON.stringify(push)),
      close: (code, reason) => websocket.close(code, reason),
    });
  }

  /** False when the peer has already hung up. */
  function open(
    server: WebSocketServer,
    { request, incoming, socket, head }: Arrival,
    then: (websocket: WebSocket) => void,
  ): boolean {
    let opened = false;
    attemptOf.set(incoming, request.attempt);
    // `ws` wants these in their plainest form; the ladder has taken them in every form that the standards allow.
    incoming.headers.upgrade = 'websocket';
    if (incoming.headers['sec-websocket-protocol'] !== undefined)
      incoming.headers['sec-websocket-protocol'] = offeredSubprotocols(request).join(', ');
    server.handleUpgrade(incoming, socket, head, (websocket) => {
      opened = true;
      then(websocket);
    });
    return opened;
  }

  return (incoming, socket, head) => {
    // Before anything else: a peer that resets now would otherwise take the process down.
    socket.on('error', destroy);
    const request = toHandshakeRequest(incoming, 'websocket', services);
    afterAnswers(socket, () => void decide({ request, incoming, socket, head }));
  };
}

/** Not in the listener's own scope: there it would keep the request, credential included, for as long as the socket is open. */
function destroy(this: Duplex): void {
  this.destroy();
}

function createWebSocketServer(
  attemptOf: WeakMap<IncomingMessage, string>,
  options: { readonly maxPayload: number; readonly closeTimeout?: number },
): WebSocketServer {
  const server = new WebSocketServer({
    ...options,
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // Its default echoes the first entry, which may be the one with the credential.
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  server.on('headers', (headers, incoming) => {
    headers.push(`${ATTEMPT_HEADER}: ${attemptOf.get(incoming) ?? ''}`);
  });
  return server;
}
