/** `/ws/{channel}`: one channel's events as plain JSON, for clients without an SDK such as wscat or a few lines of Python. */
import { workflowOf } from '@greenlight/protocol/channel';
import { formatVector } from '@greenlight/protocol/position';
import type { ControlAction } from '@greenlight/protocol/run';
import type { WebSocketRoute } from '../accepted.ts';
import { errorReply } from '../commands/error-reply.ts';
import { runCommand } from '../commands/run-command.ts';
import type { Services } from '../services.ts';
import { identified, Session } from '../session.ts';
import type { OpenedWebSocket } from '../upgrade.ts';
import { receiveText } from './receive-text.ts';
import { denialIn, positionsOf, requestedSince } from './since.ts';
import { SocketWire } from './socket-wire.ts';

export type PlainRoute = Extract<WebSocketRoute, { kind: 'plain' }>;

const ACTIONS: Readonly<Record<string, ControlAction>> = {
  pause_workflow: 'pause',
  resume_workflow: 'resume',
  cancel_workflow: 'cancel',
};

export function openPlainSocket(
  services: Services,
  { route, ...opened }: OpenedWebSocket & { readonly route: PlainRoute },
): void {
  const { websocket, accepted } = opened;
  const { limits } = services;
  const { channels, defaultSince } = route;
  const wire = new SocketWire({
    ...opened,
    limits,
    attempt: accepted.request.attempt,
    eventsOnly: true,
    onOverflow: () => session.overflow(),
    onFault: (disconnect) => session.end(disconnect),
  });
  const session = new Session(services, { accepted: identified(accepted), wire, snapshots: false });
  const meter = services.work.connection(() => session);
  websocket.on('close', () => session.closed());
  receiveText(websocket, {
    wrong: (disconnect) => session.end(disconnect),
    text(text) {
      if (!session.isOpen) return;
      const excess = meter(text);
      if (excess) return session.end({ code: 'slow_down', ...excess });
      const answered = session.command();
      answer(services, { session, workflow: workflowOf(channels[0] ?? '') }, text)
        .then(
          (reply) => wire.text(JSON.stringify(reply)),
          (error: unknown) => session.fail(error),
        )
        .finally(answered);
    },
  });

  const asked = requestedSince(accepted.request, channels, defaultSince);
  if (!asked.ok) return session.end({ code: 'bad_request', reason: asked.detail });
  void session.subscribe(asked.since, (outcomes) => {
    const channel = channels.length === 1 ? channels[0] : route.name;
    const position = formatVector(positionsOf(outcomes));
    wire.text(JSON.stringify({ type: 'connection_established', channel, position, outcomes }));
    const denial = denialIn(outcomes);
    if (denial) session.end(denial);
  });
}

type Asking = { readonly session: Session; readonly workflow: string | null };

/** What the client may say: `ping`, and steering the run that the channel is about. */
async function answer(services: Services, { session, workflow }: Asking, text: string): Promise<object> {
  const type = typeOf(text);
  if (type === undefined)
    return plainError(
      'invalid_input',
      'A message is one JSON object with a "type", such as {"type":"ping"}.',
    );
  if (type === 'ping') return { type: 'pong' };
  const action = ACTIONS[type];
  if (action === undefined)
    return plainError(
      'unknown_frame_type',
      `${JSON.stringify(type)} is not understood here; "ping", ${Object.keys(ACTIONS)
        .map((known) => `"${known}"`)
        .join(', ')} are.`,
    );
  if (workflow === null)
    return plainError('invalid_input', `Connect to /ws/<workflow id> to send ${JSON.stringify(type)}.`);
  const { id: _id, ...reply } = await runCommand(services, session.identity, {
    id: 0,
    type: 'control',
    workflow,
    action,
  });
  return reply;
}

function plainError(code: 'invalid_input' | 'unknown_frame_type', detail: string): object {
  const { id: _id, ...reply } = errorReply(null, { code, detail });
  return reply;
}

function typeOf(text: string): string | undefined {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message !== 'object' || message === null || !('type' in message)) return undefined;
    return typeof message.type === 'string' ? message.type : undefined;
  } catch {
    return undefined;
  }
}
