/** Unknown bytes become frames here and nowhere else. Unknown fields are ignored; unknown types are errors. */
import { isChannelName } from './channel.ts';
import type { RequestErrorCode } from './codes.ts';
import type { EventInput } from './event.ts';
import type { Command, CommandId, ServerFrame } from './frames.ts';
import { parseSince, type Since } from './position.ts';
import { CONTROL_ACTIONS, type ControlAction } from './run.ts';

export type DecodeError = {
  readonly ok: false;
  readonly id: CommandId | null;
  readonly code: RequestErrorCode;
  readonly detail: string;
};
export type Decoded<T> = { readonly ok: true; readonly value: T } | DecodeError;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const wrong = (
  id: CommandId | null,
  detail: string,
  code: RequestErrorCode = 'invalid_input',
): DecodeError => ({
  ok: false,
  id,
  code,
  detail,
});

function parseObject(text: string): Decoded<Fields> {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? { ok: true, value } : wrong(null, 'A frame is one JSON object.');
  } catch {
    return wrong(null, 'The message is not valid JSON.');
  }
}

/** One text message from a client of the full protocol. */
export function decodeCommand(text: string): Decoded<Command> {
  const parsed = parseObject(text);
  return parsed.ok ? commandFrom(parsed.value) : parsed;
}

/** The same for a value that is already parsed, as `POST /api/v1/commands` has it. */
export function commandFrom(value: unknown): Decoded<Command> {
  if (!isFields(value)) return wrong(null, 'A command is one JSON object.');
  const { id, type } = value;
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0)
    return wrong(
      null,
      'Every command needs an "id": a whole number from 0 that your client has not used yet.',
    );
  switch (type) {
    case 'auth':
      return authFrom(id, value);
    case 'subscribe':
      return subscribeFrom(id, value);
    case 'unsubscribe':
      return unsubscribeFrom(id, value);
    case 'publish':
      return publishFrom(id, value);
    case 'start':
      return typeof value['kind'] === 'string'
        ? { ok: true, value: { id, type, kind: value['kind'], input: value['input'] ?? {} } }
        : wrong(id, '"start" needs a "kind", such as "validation".');
    case 'control':
      return controlFrom(id, value);
    case 'ping':
      return { ok: true, value: { id, type } };
    default:
      return wrong(id, `There is no command of type ${JSON.stringify(type)}.`, 'unknown_frame_type');
  }
}

function authFrom(id: CommandId, { ticket, token }: Fields): Decoded<Command> {
  if (typeof ticket === 'string' && token === undefined)
    return { ok: true, value: { id, type: 'auth', ticket } };
  if (typeof token === 'string' && ticket === undefined)
    return { ok: true, value: { id, type: 'auth', token } };
  return wrong(id, '"auth" needs either a "ticket" or a "token".');
}

function subscribeFrom(id: CommandId, { channels }: Fields): Decoded<Command> {
  if (!isFields(channels) || Object.keys(channels).length === 0)
    return wrong(id, '"subscribe" needs "channels": {name: "epoch:offset" | "earliest" | null}.');
  const wanted: Record<string, Since> = {};
  for (const [channel, value] of Object.entries(channels)) {
    const since = parseSince(value);
    if (!isChannelName(channel)) return wrong(id, `${JSON.stringify(channel)} is not a channel name.`);
    if (since === undefined)
      return wrong(
        id,
        `The position of ${JSON.stringify(channel)} must be "epoch:offset", "earliest" or null.`,
      );
    wanted[channel] = since;
  }
  return { ok: true, value: { id, type: 'subscribe', channels: wanted } };
}

function unsubscribeFrom(id: CommandId, { channels }: Fields): Decoded<Command> {
  if (!Array.isArray(channels) || !channels.every(isChannelName))
    return wrong(id, '"unsubscribe" needs "channels": a list of channel names.');
  return { ok: true, value: { id, type: 'unsubscribe', channels } };
}

function publishFrom(id: CommandId, fields: Fields): Decoded<Command> {
  const { channel, event, events, idempotencyKey } = fields;
  if (!isChannelName(channel)) return wrong(id, '"publish" needs a "channel".');
  if (idempotencyKey !== undefined && typeof idempotencyKey !== 'string')
    return wrong(id, '"idempotencyKey" must be text.');
  const list: readonly unknown[] = Array.isArray(events) ? events : [event];
  const inputs = eventInputsFrom(list);
  if (!inputs.ok) return { ...inputs, id };
  return {
    ok: true,
    value: {
      id,
      type: 'publish',
      channel,
      events: inputs.value,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    },
  };
}

function controlFrom(id: CommandId, { workflow, action }: Fields): Decoded<Command> {
  if (typeof workflow !== 'string') return wrong(id, '"control" needs a "workflow" id.');
  if (!(CONTROL_ACTIONS as readonly unknown[]).includes(action))
    return wrong(id, '"action" must be "pause", "resume" or "cancel".');
  return { ok: true, value: { id, type: 'control', workflow, action: action as ControlAction } };
}

const TEXT_FIELDS = ['id', 'source', 'subject', 'time', 'traceparent'] as const;

/** Events as a publisher sends them: only `type` is required. At least one. */
export function eventInputsFrom(list: readonly unknown[]): Decoded<readonly EventInput[]> {
  if (list.length === 0) return wrong(null, 'There is nothing to publish: the list of events is empty.');
  const inputs: EventInput[] = [];
  for (const entry of list) {
    if (!isFields(entry) || typeof entry['type'] !== 'string' || entry['type'].length === 0)
      return wrong(null, 'An event is an object with a "type".');
    for (const field of TEXT_FIELDS)
      if (entry[field] !== undefined && typeof entry[field] !== 'string')
        return wrong(null, `The event's "${field}" must be text.`);
    const { type, id, source, subject, time, data, traceparent, simulated } = entry;
    inputs.push({
      type,
      ...(id !== undefined && { id }),
      ...(source !== undefined && { source }),
      ...(subject !== undefined && { subject }),
      ...(time !== undefined && { time }),
      ...(data !== undefined && { data }),
      ...(traceparent !== undefined && { traceparent }),
      ...(simulated === true && { simulated }),
    } as EventInput);
  }
  return { ok: true, value: inputs };
}

const SERVER_TYPES: Readonly<Record<ServerFrame['type'], true>> = {
  ok: true,
  error: true,
  welcome: true,
  event: true,
  snapshot: true,
  heartbeat: true,
  expiring: true,
  refusal: true,
  disconnect: true,
};

/** One text message from a server. The server is trusted for the fields of a type, not for the type. */
export function decodeServerFrame(text: string): Decoded<ServerFrame> {
  const parsed = parseObject(text);
  return parsed.ok ? serverFrameFrom(parsed.value) : parsed;
}

/** The same for a value that is already parsed, as a long-poll's answer has it. */
export function serverFrameFrom(value: unknown): Decoded<ServerFrame> {
  if (!isFields(value)) return wrong(null, 'A frame is one JSON object.');
  const { type } = value;
  if (typeof type !== 'string' || !Object.hasOwn(SERVER_TYPES, type))
    return wrong(
      null,
      `The server sent a frame of unknown type ${JSON.stringify(type)}.`,
      'unknown_frame_type',
    );
  return { ok: true, value: value as ServerFrame };
}
