/** The AsyncAPI 3.0 document: sockets and streams, with a message for every frame and every event type. */
import { EVENT_TYPES } from '@greenlight/protocol/event';
import { type CommandType, type ServerFrame, SUBPROTOCOL } from '@greenlight/protocol/frames';
import type { Services } from '../../services.ts';
import { EVENT_SUMMARIES, type EventSummary } from './event-summaries.ts';
import type { OpenApiDocument } from './openapi.ts';

type Json = { readonly [key: string]: unknown };
export type AsyncApiDocument = {
  readonly asyncapi: '3.0.0';
  readonly info: Json;
  readonly servers: Json;
  readonly defaultContentType: string;
  readonly channels: Json;
  readonly operations: Json;
  readonly components: {
    readonly messages: Readonly<Record<string, AsyncApiMessage>>;
    readonly schemas: Json;
    readonly securitySchemes: Json;
  };
};
export type AsyncApiMessage = {
  readonly name: string;
  readonly summary: string;
  readonly payload: Json;
};

export const COMMAND_SUMMARIES = {
  auth: 'The credential, as the first frame, when none came with the request; later a fresh one of the same user.',
  subscribe: 'Begin to listen: each channel with the position already had, `earliest` or null.',
  unsubscribe: 'Stop listening.',
  publish: 'Append events to a channel.',
  start: 'Start a run.',
  control: 'Pause, resume or cancel a run.',
  ping: 'Ask for a sign of life.',
} as const satisfies Record<CommandType, string>;

export const FRAME_SUMMARIES = {
  ok: 'A command was done. To `subscribe`: one outcome for each channel.',
  error: 'A command could not be done, and why.',
  welcome: 'The session is open.',
  event: 'An event with its place in its channel.',
  snapshot: 'The whole of a run at one offset; later events are deltas to it.',
  heartbeat: 'The server is there, and these are the heads of your channels, read from the log.',
  expiring:
    'The credential ends at this time: send `auth` with a fresh one to stay connected; otherwise the close follows.',
  refusal: 'You were not let in, and why; the close follows.',
  disconnect: 'This connection ends, and why; the close follows.',
} as const satisfies Record<ServerFrame['type'], string>;

/** Names of the schemas in `components`. */
export const commandSchemaName = (type: CommandType): string => `${capital(type)}Command`;
export const frameSchemaName = (type: ServerFrame['type']): string =>
  ({ ok: 'OkReply', error: 'ErrorReply' })[type as string] ?? `${capital(type)}Frame`;
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const schema = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const keysOf = <Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] =>
  Object.keys(record) as Key[];

export function asyncApiDocument(
  openApi: OpenApiDocument,
  { info, sessions }: Pick<Services, 'info' | 'sessions'>,
): AsyncApiDocument {
  const { host, protocol } = new URL(info.publicUrl);
  const commands = keysOf(COMMAND_SUMMARIES);
  const frames = keysOf(FRAME_SUMMARIES);
  const security = ['bearer', 'session', 'ticket'].map((name) => ({
    $ref: `#/components/securitySchemes/${name}`,
  }));
  const commandNames = commands.map((type) => `command.${type}`);
  const frameNames = frames.map((type) => `frame.${type}`);
  const eventNames = EVENT_TYPES.map((type) => `event.${type}`);
  const streamed = ['frame.event', ...eventNames];
  return {
    asyncapi: '3.0.0',
    info: { title: 'Greenlight, live', version: info.version, license: { name: 'Apache-2.0' } },
    servers: {
      sockets: { host, protocol: protocol === 'https:' ? 'wss' : 'ws', security },
      streams: { host, protocol: protocol.slice(0, -1), security },
    },
    defaultContentType: 'application/json',
    channels: {
      protocol: {
        address: '/api/v1/ws',
        title: 'The full protocol',
        description: `One JSON object in each text message; subprotocol \`${SUBPROTOCOL}\`. \`/ws\` is the same.`,
        servers: [{ $ref: '#/servers/sockets' }],
        messages: messageRefs([...commandNames, ...frameNames, ...eventNames]),
      },
      plain: {
        address: '/ws/{channel}',
        title: "One channel's events as plain JSON",
        description:
          'For clients without an SDK. `/ws/{workflowId}` is short for `/ws/workflow:{workflowId}`; `/ws/validation_updates` carries `validations` and `recommendations`. `?since=epoch:offset` resumes.',
        parameters: { channel: { description: 'A channel, or the id of a run.' } },
        servers: [{ $ref: '#/servers/sockets' }],
        messages: messageRefs([
          'connection_established',
          'pause_workflow',
          'resume_workflow',
          'cancel_workflow',
          ...streamed,
        ]),
      },
      echo: {
        address: '/ws/test',
        title: 'Says hello, then echoes each message',
        servers: [{ $ref: '#/servers/sockets' }],
        messages: messageRefs(['text']),
      },
      sse: {
        address: '/api/v1/sse',
        title: 'Server-Sent Events',
        description:
          'The `data` of each is an event frame; with `?frames=all` every frame that a socket gets.',
        servers: [{ $ref: '#/servers/streams' }],
        messages: messageRefs([...frameNames, ...eventNames]),
      },
      workflowStream: {
        address: '/api/v1/workflows/{id}/stream',
        title: "A run's events as Server-Sent Events",
        parameters: { id: { description: 'The id of a run.' } },
        servers: [{ $ref: '#/servers/streams' }],
        messages: messageRefs([...frameNames, ...eventNames]),
      },
    },
    operations: {
      takeCommands: operation('receive', 'protocol', commandNames),
      sendFrames: operation('send', 'protocol', [...frameNames, ...eventNames]),
      takePlainCommands: operation('receive', 'plain', [
        'pause_workflow',
        'resume_workflow',
        'cancel_workflow',
      ]),
      sendPlainEvents: operation('send', 'plain', ['connection_established', ...streamed]),
      takeText: operation('receive', 'echo', ['text']),
      sendText: operation('send', 'echo', ['text']),
      sendServerSentEvents: operation('send', 'sse', [...frameNames, ...eventNames]),
      sendWorkflowEvents: operation('send', 'workflowStream', [...frameNames, ...eventNames]),
    },
    components: {
      messages: {
        ...Object.fromEntries(
          commands.map((type) => [
            `command.${type}`,
            { name: type, summary: COMMAND_SUMMARIES[type], payload: schema(commandSchemaName(type)) },
          ]),
        ),
        ...Object.fromEntries(
          frames.map((type) => [
            `frame.${type}`,
            { name: type, summary: FRAME_SUMMARIES[type], payload: schema(frameSchemaName(type)) },
          ]),
        ),
        ...Object.fromEntries(
          EVENT_TYPES.map((type) => [`event.${type}`, eventMessage(type, EVENT_SUMMARIES[type])]),
        ),
        ...PLAIN_MESSAGES,
      },
      schemas: openApi.components?.schemas ?? {},
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'httpApiKey', in: 'cookie', name: sessions.cookieName },
        ticket: { type: 'httpApiKey', in: 'query', name: 'ticket' },
      },
    },
  };
}

const messageRefs = (names: readonly string[]): Json =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));

const operation = (action: 'send' | 'receive', channel: string, messages: readonly string[]): Json => ({
  action,
  channel: { $ref: `#/channels/${channel}` },
  messages: messages.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
});

/** An event frame whose event is of this type. */
function eventMessage(type: string, { summary, data }: EventSummary): AsyncApiMessage {
  const event = { properties: { type: { const: type }, ...(data && { data: schema(data) }) } };
  return {
    name: type,
    summary,
    payload: { allOf: [schema('EventFrame'), { type: 'object', properties: { event } }] },
  };
}

const plainCommand = (type: string, summary: string): AsyncApiMessage => ({
  name: type,
  summary,
  payload: { type: 'object', required: ['type'], properties: { type: { const: type } } },
});

const PLAIN_MESSAGES: Readonly<Record<string, AsyncApiMessage>> = {
  connection_established: {
    name: 'connection_established',
    summary: 'The first message of a plain socket: where its events begin.',
    payload: {
      type: 'object',
      required: ['type', 'channel', 'position'],
      properties: {
        type: { const: 'connection_established' },
        channel: { type: 'string' },
        position: { type: 'string' },
        outcomes: { type: 'object', additionalProperties: schema('SubscribeOutcome') },
      },
    },
  },
  pause_workflow: plainCommand('pause_workflow', 'Pause the run of this socket.'),
  resume_workflow: plainCommand('resume_workflow', 'Resume the run of this socket.'),
  cancel_workflow: plainCommand('cancel_workflow', 'Cancel the run of this socket.'),
  text: { name: 'text', summary: 'Any text.', payload: { type: 'string' } },
};
