/** `/ws/test`: says hello, then sends back what it gets. Shows that sockets reach this server and come back. */
import { binaryFrame, textFrame } from '../framing.ts';
import type { Services } from '../services.ts';
import { identified, Session } from '../session.ts';
import type { OpenedWebSocket } from '../upgrade.ts';
import { toBuffer } from './receive-text.ts';
import { SocketWire } from './socket-wire.ts';

export const GREETING = 'Hello from test WebSocket!';

export function openEchoSocket(services: Services, opened: OpenedWebSocket): void {
  const { websocket, accepted } = opened;
  const { limits } = services;
  const wire = new SocketWire({
    ...opened,
    limits,
    attempt: accepted.request.attempt,
    onOverflow: () => session.overflow(),
    onFault: (disconnect) => session.end(disconnect),
  });
  const session = new Session(services, { accepted: identified(accepted), wire, snapshots: false });
  wire.text(GREETING);
  websocket.on('message', (data, isBinary) => {
    wire.encoded(isBinary ? binaryFrame(toBuffer(data)) : textFrame(toBuffer(data).toString()));
    if (wire.queuedBytes <= limits.catchUpBytes) return;
    // Nobody is slower than themselves: whoever does not read the echo is not read either.
    websocket.pause();
    void wire.whenLow().then(() => websocket.resume());
  });
  websocket.on('close', () => session.closed());
}
