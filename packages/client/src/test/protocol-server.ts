/**
 * A small server that speaks `greenlight.v1` and does nothing by itself: the test says when it beats, what it loses,
 * repeats or refuses. For faults that a sound server cannot be made to show.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { decodeCommand } from '@greenlight/protocol/decode';
import { encodeFrame } from '@greenlight/protocol/encode';
import type { Event } from '@greenlight/protocol/event';
import {
  BEARER_SUBPROTOCOL_PREFIX,
  type Command,
  type ServerFrame,
  SUBPROTOCOL,
  type SubscribeOutcome,
} from '@greenlight/protocol/frames';
import { formatPosition, type Since } from '@greenlight/protocol/position';
import type { Problem } from '@greenlight/protocol/problem';
import { type WebSocket, WebSocketServer } from 'ws';

type StoredChannel = {
  epoch: string;
  events: Event[];
  earliest: number;
  snapshot?: { offset: number; state: unknown };
};
type Peer = { readonly socket: WebSocket; readonly channels: Set<string> };

/** How an attempt is refused: over HTTP, whose answer a browser hides, or after the WebSocket was accepted. */
export type Refusing = {
  readonly problem: Partial<Problem>;
  readonly how: 'hidden' | 'explained' | 'unseen';
};

export type ProtocolServer = Awaited<ReturnType<typeof startProtocolServer>>;

export async function startProtocolServer({ heartbeatMs = 60_000 } = {}) {
  const channels = new Map<string, StoredChannel>();
  const peers = new Set<Peer>();
  const verdicts = new Map<string, Partial<Problem> | 'accepted'>();
  const commands: Command[] = [];
  const attempts: { attempt: string; ticket: string | null; token: string | null }[] = [];
  const posted: Command[] = [];
  const watchers = new Set<() => void>();
  let refusing: Refusing | null = null;
  let denied: string | null = null;
  let mute: Command['type'] | null = null;

  const changed = (): void => {
    for (const watcher of watchers) watcher();
  };
  const channel = (name: string): StoredChannel => {
    const found = channels.get(name) ?? { epoch: 'e1', events: [], earliest: 1 };
    channels.set(name, found);
    return found;
  };

  const http = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x');
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const seen = /^\/api\/v1\/handshakes\/(.+)$/.exec(pathname)?.[1];
    if (seen !== undefined) {
      const verdict = verdicts.get(seen);
      if (verdict === 'accepted') answer(200, { outcome: 'accepted', attempt: seen });
      else if (verdict) answer(200, { outcome: 'refused', ...verdict });
      else
        answer(404, {
          code: 'attempt_not_seen',
          detail: 'Not seen.',
          fix: 'Look in front of it.',
          attempt: seen,
        });
      return;
    }
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const decoded = decodeCommand(body);
      if (!decoded.ok) return answer(400, decoded);
      posted.push(decoded.value);
      changed();
      return answer(200, replyTo(decoded.value, null));
    });
  });

  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => SUBPROTOCOL });
  http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const { searchParams } = new URL(request.url ?? '', 'http://x');
    const attempt = searchParams.get('attempt') ?? '';
    const bearer = (request.headers['sec-websocket-protocol'] ?? '')
      .split(', ')
      .find((entry) => entry.startsWith(BEARER_SUBPROTOCOL_PREFIX))
      ?.slice(BEARER_SUBPROTOCOL_PREFIX.length);
    const token = bearer === undefined ? null : Buffer.from(bearer, 'base64url').toString();
    attempts.push({ attempt, ticket: searchParams.get('ticket'), token });
    changed();
    if (refusing && refusing.how !== 'explained') {
      if (refusing.how === 'hidden') verdicts.set(attempt, { ...refusing.problem, attempt });
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (websocket) => {
      if (!refusing) {
        verdicts.set(attempt, 'accepted');
        welcome(websocket);
        return;
      }
      const { type: docs, ...problem } = { checked: [], ...refusing.problem } as unknown as Problem;
      websocket.send(encodeFrame({ type: 'refusal', docs, ...problem, attempt }));
      websocket.close(4401, `${problem.code} ${attempt}`);
    });
  });

  function welcome(socket: WebSocket): void {
    const peer: Peer = { socket, channels: new Set() };
    peers.add(peer);
    socket.on('close', () => {
      peers.delete(peer);
      changed();
    });
    socket.on('message', (data) => {
      const decoded = decodeCommand((data as Buffer).toString());
      if (!decoded.ok) throw new Error(decoded.detail);
      commands.push(decoded.value);
      changed();
      if (decoded.value.type === mute) return;
      send(peer, replyTo(decoded.value, peer));
      if (decoded.value.type === 'subscribe') deliverFrom(peer, decoded.value.channels);
    });
    send(peer, { type: 'welcome', session: 's_1', user: 'ada', node: 'n_1', build: 'b1', heartbeatMs });
    changed();
  }

  const send = ({ socket }: Peer, frame: ServerFrame): void => socket.send(encodeFrame(frame));

  function replyTo(command: Command, peer: Peer | null): ServerFrame {
    const { id } = command;
    switch (command.type) {
      case 'subscribe': {
        const outcomes = Object.entries(command.channels).map(([name, since]) => [
          name,
          outcome(name, since),
        ]);
        return { id, type: 'ok', channels: Object.fromEntries(outcomes) };
      }
      case 'unsubscribe':
        for (const name of command.channels) peer?.channels.delete(name);
        return { id, type: 'ok' };
      case 'publish': {
        if (command.channel === 'forbidden')
          return { id, type: 'error', code: 'channel_forbidden', detail: 'You may not.', retryable: false };
        const offset = append(command.channel, command.events.map(({ data }) => data).at(-1));
        return {
          id,
          type: 'ok',
          epoch: channel(command.channel).epoch,
          offset,
          durability: 'disk',
          duplicate: false,
        };
      }
      case 'control':
        return { id, type: 'ok', workflow: command.workflow, state: 'paused' };
      case 'start':
        return { id, type: 'ok', workflow: 'wf_1', state: 'queued' };
      case 'auth':
      case 'ping':
        return { id, type: 'ok' };
      default:
        return command satisfies never;
    }
  }

  /** Decision 3 of the recovery rules, in its plainest form. */
  function outcome(name: string, since: Since): SubscribeOutcome {
    const { epoch, events, earliest, snapshot } = channel(name);
    const at = (offset: number): string => formatPosition({ epoch, offset });
    if (name === denied)
      return { outcome: 'denied', code: 'channel_forbidden', detail: `You may not read ${name}.` };
    if (since === null && snapshot) return { outcome: 'snapshot', position: at(snapshot.offset) };
    if (since === null) return { outcome: 'continued', position: at(events.length) };
    if (since === 'earliest')
      return { outcome: 'replayed', position: at(earliest - 1), count: events.length - earliest + 1 };
    if (since.epoch !== epoch)
      return { outcome: 'reset', position: at(earliest - 1), reason: 'epoch_changed' };
    if (since.offset > events.length)
      return { outcome: 'reset', position: at(earliest - 1), reason: 'ahead_of_log' };
    if (since.offset + 1 < earliest)
      return { outcome: 'reset', position: at(earliest - 1), reason: 'trimmed' };
    const count = events.length - since.offset;
    return count === 0
      ? { outcome: 'continued', position: at(since.offset) }
      : { outcome: 'replayed', position: at(since.offset), count };
  }

  function deliverFrom(peer: Peer, wanted: Readonly<Record<string, Since>>): void {
    for (const [name, since] of Object.entries(wanted)) {
      const answer = outcome(name, since);
      if (answer.outcome === 'denied') continue;
      peer.channels.add(name);
      const { epoch, events, snapshot } = channel(name);
      if (answer.outcome === 'snapshot' && snapshot)
        send(peer, { type: 'snapshot', channel: name, epoch, ...snapshot });
      for (let offset = Number(answer.position.split(':')[1]) + 1; offset <= events.length; offset += 1)
        send(peer, eventFrame(name, offset));
    }
  }

  function eventFrame(name: string, offset: number): ServerFrame {
    const { epoch, events } = channel(name);
    return { type: 'event', channel: name, epoch, offset, event: events[offset - 1] as Event };
  }

  /** `times` 0 loses it on the way, 2 sends it twice. */
  function append(name: string, data: unknown, { type = 'note', times = 1 } = {}): number {
    const { events } = channel(name);
    const offset = events.length + 1;
    const time = new Date().toISOString();
    events.push({ id: `${offset}`, type, source: 'test', time, specversion: '1.0', data });
    for (const peer of peers)
      if (peer.channels.has(name))
        for (let time = 0; time < times; time += 1) send(peer, eventFrame(name, offset));
    return offset;
  }

  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    commands,
    posted,
    attempts,
    append,
    send: (frame: ServerFrame): void => {
      for (const peer of peers) send(peer, frame);
    },
    sendText: (text: string): void => {
      for (const { socket } of peers) socket.send(text);
    },
    beat(): void {
      for (const peer of peers) {
        const heads = [...peer.channels].map((name) => {
          const { epoch, events } = channel(name);
          return [name, formatPosition({ epoch, offset: events.length })];
        });
        send(peer, { type: 'heartbeat', at: new Date().toISOString(), heads: Object.fromEntries(heads) });
      }
    },
    /** Forgets events up to `through`. */
    trim: (name: string, through: number): void => {
      channel(name).earliest = through + 1;
    },
    /** As after a restored backup. */
    restore(name: string, epoch: string): void {
      channels.set(name, { ...channel(name), epoch });
    },
    setSnapshot(name: string, state: unknown): void {
      const stored = channel(name);
      stored.snapshot = { offset: stored.events.length, state };
    },
    refuse: (how: Refusing | null): void => {
      refusing = how;
    },
    deny: (name: string | null): void => {
      denied = name;
    },
    /** Commands of this type get no answer. */
    ignore: (type: Command['type'] | null): void => {
      mute = type;
    },
    /** As a network failure does: no close frame. */
    cut: (): void => {
      for (const { socket } of peers) socket.terminate();
    },
    close: (code: number, reason = ''): void => {
      for (const { socket } of peers) socket.close(code, reason);
    },
    get open(): number {
      return peers.size;
    },
    /** Resolves when `condition` holds, looked at whenever something comes in. */
    async until(condition: () => boolean): Promise<void> {
      while (!condition())
        await new Promise<void>((resolve) => {
          const watcher = (): void => {
            watchers.delete(watcher);
            resolve();
          };
          watchers.add(watcher);
        });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const { socket } of peers) socket.terminate();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}
