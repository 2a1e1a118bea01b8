/**
 * A socket that was let in without a credential: its first frame has to be `auth`, soon and small. What the client
 * sends behind it waits until the verdict is there.
 */
import type { Identity, PresentedCredential } from '@greenlight/handshake/identity';
import type { Verdict } from '@greenlight/handshake/verdict';
import { CLOSE_CODES, STAGES, type CloseCode, type RefusalCode } from '@greenlight/protocol/codes';
import { decodeCommand } from '@greenlight/protocol/decode';
import type { AuthCommand, CommandId } from '@greenlight/protocol/frames';
import { newSessionId, type Connection } from '../connections.ts';
import type { Refused } from '../refuse.ts';
import type { Services } from '../services.ts';
import type { OpenedWebSocket } from '../upgrade.ts';
import type { SocketWire } from './socket-wire.ts';
import type { Attendant } from './websocket.ts';

export type Authenticated = {
  readonly identity: Identity;
  /** Of the `auth` command, whose reply is still owed. */
  readonly id: CommandId;
  /** What came behind it. */
  readonly waiting: readonly string[];
};

export function presentedBy({ ticket, token }: AuthCommand): PresentedCredential {
  return ticket === undefined
    ? { kind: 'bearer', secret: token ?? '', place: 'frame' }
    : { kind: 'ticket', secret: ticket, place: 'frame' };
}

/** Calls `authenticated` at most once; everything else ends the socket. */
export function awaitAuth(
  services: Services,
  { socket, accepted, wire }: OpenedWebSocket & { readonly wire: SocketWire },
  authenticated: (result: Authenticated) => void,
): Attendant {
  const { admission, clock, connections, limits, logger, recordAccepted, refuse } = services;
  const { request } = accepted;
  const waiting: string[] = [];
  let phase: 'first' | 'judging' | 'done' = 'first';
  const isDone = (): boolean => phase === 'done';

  const refused = (verdict: Refused, closeCode?: CloseCode): void => {
    if (isDone()) return;
    finish(verdict.failure.code);
    refuse(request, verdict, {
      kind: 'frame',
      send: (push) => wire.frame(push),
      close: (code, reason) => wire.close(closeCode ?? code, reason),
    });
  };

  async function judge(command: AuthCommand): Promise<void> {
    phase = 'judging';
    const verdict: Verdict = await admission.authenticate(request, presentedBy(command));
    if (verdict.outcome === 'refused') return refused(verdict);
    if (isDone()) return;
    if (!verdict.identity) throw new Error('A verdict on a credential must name an identity.');
    recordAccepted(request, verdict);
    finish('authenticated');
    authenticated({ identity: verdict.identity, id: command.id, waiting });
  }

  const session = newSessionId();
  const since = new Date(clock()).toISOString();
  const { attempt, address, transport } = request;
  const connection: Connection = {
    session,
    address,
    transport,
    identity: null,
    queuedBytes: 0,
    info: () => ({
      session,
      attempt,
      user: null,
      credentialId: null,
      transport,
      address,
      since,
      channels: [],
      queuedBytes: 0,
      rttMs: null,
      delivered: 0,
    }),
    end: (disconnect) => {
      finish(disconnect.code);
      wire.end({ type: 'disconnect', ...disconnect });
    },
    destroy: () => wire.destroy(),
  };

  let bytes = 0;
  const countBytes = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes <= limits.unauthenticatedBytes) return;
    const reason = `Before it is authenticated a connection may send ${limits.unauthenticatedBytes} bytes.`;
    connection.end({ code: 'too_large', reason });
  };

  const leave = connections.add(connection);
  socket.on('data', countBytes);
  const deadline = setTimeout(
    () => refused(notAuthenticated('credential_missing'), CLOSE_CODES.auth_deadline),
    limits.authDeadlineMs,
  ).unref();

  function finish(reason: string): void {
    phase = 'done';
    clearTimeout(deadline);
    socket.off('data', countBytes);
    leave(reason);
  }

  return {
    received(text) {
      if (phase === 'judging') waiting.push(text);
      if (phase !== 'first') return;
      const decoded = decodeCommand(text);
      if (!decoded.ok || decoded.value.type !== 'auth')
        return refused(notAuthenticated('credential_missing'));
      judge(decoded.value).catch((error: unknown) => {
        logger.error({ error, attempt }, 'Judging an auth frame failed.');
        refused(notAuthenticated('internal_error'));
      });
    },
    overflow: () => connection.destroy(),
    end: (disconnect) => connection.end(disconnect),
    closed: () => finish('left'),
  };
}

/** A verdict of ours: everything before the credential was passed when the socket was let in. */
function notAuthenticated(code: RefusalCode): Refused {
  const at = STAGES.indexOf('credential');
  const checked = STAGES.map((stage, index) => {
    if (index === at) return { stage, outcome: 'failed' as const };
    return { stage, outcome: index < at ? ('passed' as const) : ('not_reached' as const) };
  });
  return { outcome: 'refused', stage: 'credential', failure: { code }, checked };
}
