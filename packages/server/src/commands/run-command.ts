/** The commands that mean the same on a socket and over `POST /api/v1/commands`. Those about a connection are its session's. */
import type { Identity } from '@greenlight/handshake/identity';
import { simulatedMark } from '@greenlight/protocol/event';
import type {
  AuthCommand,
  Command,
  ControlCommand,
  Reply,
  StartCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@greenlight/protocol/frames';
import { maySteerRuns } from '../access.ts';
import { publish } from '../publish.ts';
import type { Services } from '../services.ts';
import { errorReply } from './error-reply.ts';

export type ConnectionCommand = AuthCommand | SubscribeCommand | UnsubscribeCommand;
export type StandaloneCommand = Exclude<Command, ConnectionCommand>;
export type CommandServices = Pick<Services, 'clock' | 'limits' | 'log' | 'metrics' | 'runs'>;

export async function runCommand(
  services: CommandServices,
  identity: Identity,
  command: StandaloneCommand,
): Promise<Reply> {
  const { id } = command;
  switch (command.type) {
    case 'publish': {
      const published = await publish(services, identity, command);
      if (!published.ok) return errorReply(id, published);
      const { epoch, offset, durability, duplicate } = published;
      return { id, type: 'ok', channel: command.channel, epoch, offset, durability, duplicate };
    }
    case 'start':
      return start(services, identity, command);
    case 'control':
      return control(services, identity, command);
    case 'ping':
      return { id, type: 'ok', at: new Date(services.clock()).toISOString() };
  }
  return errorReply(null, { code: 'unknown_frame_type', detail: command satisfies never });
}

const MAY_NOT_STEER = {
  code: 'channel_forbidden',
  detail: 'This credential may look at runs, not start or steer them.',
} as const;

async function start(
  { runs }: CommandServices,
  identity: Identity,
  { id, kind, input }: StartCommand,
): Promise<Reply> {
  if (!maySteerRuns(identity)) return errorReply(id, MAY_NOT_STEER);
  const started = await runs.start({ kind, input, owner: identity.user, ...simulatedMark(identity) });
  if (!started.ok) return errorReply(id, started);
  return { id, type: 'ok', workflow: started.run.id, state: started.run.state };
}

async function control(
  { runs }: CommandServices,
  identity: Identity,
  { id, workflow, action }: ControlCommand,
): Promise<Reply> {
  if (!maySteerRuns(identity)) return errorReply(id, MAY_NOT_STEER);
  // Whether somebody else's private run exists is private too.
  const owner = runs.privateOwner(workflow);
  if (owner !== null && owner !== identity.user)
    return errorReply(id, { code: 'not_found', detail: `There is no run ${JSON.stringify(workflow)}.` });
  const controlled = await runs.control(workflow, action, identity);
  if (!controlled.ok) return errorReply(id, controlled);
  return { id, type: 'ok', workflow, state: controlled.run.state };
}
