/** A stream of Server-Sent Events over the same channels, positions and outcomes as the socket. PROTOCOL.md section S. */
import type { ServerResponse } from 'node:http';
import type { Accepted } from '../accepted.ts';
import type { Services } from '../services.ts';
import { identified, Session } from '../session.ts';
import { denialIn, positionsOf, type SinceByChannel } from './since.ts';
import { SseWire, type SseFrames } from './sse-wire.ts';

export type SseRequest = {
  /** Headers that are set already, such as CORS, are kept. */
  readonly response: ServerResponse;
  readonly accepted: Accepted;
  readonly channels: readonly string[];
  /** From `requestedSince`; absent channels begin now. */
  readonly since: SinceByChannel;
  readonly frames: SseFrames;
};

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  // nginx and others that follow it would hold events back.
  'X-Accel-Buffering': 'no',
};

/** Goes on until the client leaves or the session ends. */
export function serveSse(services: Services, request: SseRequest): void {
  const { response, accepted, channels, since, frames } = request;
  const wire = new SseWire({
    response,
    frames,
    limits: services.limits,
    onOverflow: () => session.overflow(),
  });
  const session = new Session(services, {
    accepted: identified(accepted),
    wire,
    snapshots: frames === 'all',
  });
  response.on('close', () => session.closed());
  response.writeHead(200, HEADERS);
  response.flushHeaders();
  response.socket?.setKeepAlive(true, services.limits.heartbeatMs);
  session.welcome();
  const wanted = channels.map((channel) => [channel, since.get(channel) ?? null] as const);
  void session.subscribe(wanted, (outcomes) => {
    wire.begin(positionsOf(outcomes));
    const reply = { id: 0, type: 'ok', channels: outcomes } as const;
    // Without a gap a bare EventSource needs to hear of nothing but events.
    const eventful = Object.values(outcomes).some(
      ({ outcome }) => !['continued', 'replayed'].includes(outcome),
    );
    if (frames === 'all' || eventful) wire.data(reply);
    // Whoever reads every frame knows which channel it does not get.
    const denial = frames === 'all' ? null : denialIn(outcomes);
    if (denial) session.end(denial);
  });
}
