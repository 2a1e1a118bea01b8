/** The full protocol over a WebSocket: `greenlight.v1`, PROTOCOL.md section F. */
import type { Identity } from '@greenlight/handshake/identity';
import { decodeCommand } from '@greenlight/protocol/decode';
import type { AuthCommand, Command, Reply, UnsubscribeCommand } from '@greenlight/protocol/frames';
import type { Accepted } from '../accepted.ts';
import { errorReply } from '../commands/error-reply.ts';
import { runCommand } from '../commands/run-command.ts';
import type { Disconnect } from '../connections.ts';
import type { Services } from '../services.ts';
import type { OpenedWebSocket } from '../upgrade.ts';
import { Session } from '../session.ts';
import { awaitAuth, presentedBy } from './in-band-auth.ts';
import { receiveText } from './receive-text.ts';
import { SocketWire } from './socket-wire.ts';

/** Whoever minds the socket at the moment: first the authentication, if it is in band, then the session. */
export type Attendant = {
  readonly received: (text: string) => void;
  readonly overflow: () => void;
  readonly end: (disconnect: Disconnect) => void;
  readonly closed: () => void;
};

export function openProtocolSocket(services: Services, opened: OpenedWebSocket): void {
  const { websocket, accepted } = opened;
  const { limits } = services;
  let attendant: Attendant;
  const wire = new SocketWire({
    ...opened,
    limits,
    attempt: accepted.request.attempt,
    onOverflow: () => attendant.overflow(),
    onFault: (disconnect) => attendant.end(disconnect),
  });
  if (accepted.identity) attendant = attend(services, { accepted, wire }, accepted.identity);
  else
    attendant = awaitAuth(services, { ...opened, wire }, ({ identity, id, waiting }) => {
      wire.frame({ id, type: 'ok', user: identity.user });
      attendant = attend(services, { accepted, wire }, identity);
      for (const text of waiting) attendant.received(text);
    });
  receiveText(websocket, {
    text: (text) => attendant.received(text),
    wrong: (disconnect) => attendant.end(disconnect),
  });
  websocket.on('close', () => attendant.closed());
}

type Protocol = { readonly accepted: Accepted; readonly wire: SocketWire };

function attend(services: Services, { accepted, wire }: Protocol, identity: Identity): Attendant {
  const session = new Session(services, { accepted: { ...accepted, identity }, wire, snapshots: true });
  const meter = services.work.connection(() => session);
  session.welcome();

  /** Null where the reply has been given already. */
  async function run(command: Command): Promise<Reply | null> {
    switch (command.type) {
      case 'subscribe': {
        const { id, channels } = command;
        await session.subscribe(Object.entries(channels), (outcomes) =>
          wire.frame({ id, type: 'ok', channels: outcomes }),
        );
        return null;
      }
      case 'unsubscribe':
        return unsubscribe(session, command);
      case 'auth':
        return renew(services, { accepted, session }, command);
      case 'publish':
      case 'start':
      case 'control':
      case 'ping':
        return runCommand(services, session.identity, command);
    }
    return errorReply(null, { code: 'unknown_frame_type', detail: command satisfies never });
  }

  return {
    received(text) {
      if (!session.isOpen) return;
      const excess = meter(text);
      if (excess) return session.end({ code: 'slow_down', ...excess });
      const decoded = decodeCommand(text);
      if (!decoded.ok) return wire.frame(errorReply(decoded.id, decoded));
      const answered = session.command();
      run(decoded.value)
        .then(
          (reply) => reply && wire.frame(reply),
          (error: unknown) => session.fail(error),
        )
        .finally(answered);
    },
    overflow: () => session.overflow(),
    end: (disconnect) => session.end(disconnect),
    closed: () => session.closed(),
  };
}

function unsubscribe(session: Session, { id, channels }: UnsubscribeCommand): Reply {
  const missing = session.unsubscribe(channels);
  return missing === null
    ? { id, type: 'ok', channels }
    : errorReply(id, { code: 'not_subscribed', detail: `This connection does not read ${missing}.` });
}

/** A fresher credential on an open connection: it goes on beyond the old one's end. An attempt of its own. */
async function renew(
  { admission, attempts, clock, refuse }: Services,
  { accepted, session }: { readonly accepted: Accepted; readonly session: Session },
  command: AuthCommand,
): Promise<Reply> {
  const { id } = command;
  const request = { ...accepted.request, attempt: attempts.claim(null), receivedAt: clock() };
  const verdict = await admission.renew(request, presentedBy(command));
  if (verdict.outcome === 'refused') {
    const problem = refuse(request, verdict, { kind: 'reply' });
    const { attempt, checked } = problem;
    return { ...errorReply(id, problem), attempt, checked };
  }
  attempts.release(request.attempt);
  const { user } = session.identity;
  if (verdict.identity?.user !== user)
    return errorReply(id, {
      code: 'invalid_input',
      detail: `This connection belongs to ${user}; open another one for somebody else.`,
    });
  session.renew(verdict.identity);
  return { id, type: 'ok', user };
}
