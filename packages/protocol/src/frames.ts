/** The frames of `greenlight.v1`: one JSON object in each text message. PROTOCOL.md section F. */
import type { CheckedStage, DisconnectCode, ProblemCode } from './codes.ts';
import type { Event, EventInput } from './event.ts';
import type { Problem } from './problem.ts';
import type { ControlAction } from './run.ts';
import type { Since } from './position.ts';

export const SUBPROTOCOL = 'greenlight.v1';
export const BEARER_SUBPROTOCOL_PREFIX = 'base64url.bearer.greenlight.';

/** Chosen by the client, echoed in the reply; unique among its unanswered commands. */
export type CommandId = number;

export type AuthCommand = { id: CommandId; type: 'auth'; ticket?: string; token?: string };
export type SubscribeCommand = {
  id: CommandId;
  type: 'subscribe';
  channels: Readonly<Record<string, Since>>;
};
export type UnsubscribeCommand = { id: CommandId; type: 'unsubscribe'; channels: readonly string[] };
export type PublishCommand = {
  id: CommandId;
  type: 'publish';
  channel: string;
  events: readonly EventInput[];
  idempotencyKey?: string;
};
export type StartCommand = { id: CommandId; type: 'start'; kind: string; input: unknown };
export type ControlCommand = { id: CommandId; type: 'control'; workflow: string; action: ControlAction };
export type PingCommand = { id: CommandId; type: 'ping' };

export type Command =
  | AuthCommand
  | SubscribeCommand
  | UnsubscribeCommand
  | PublishCommand
  | StartCommand
  | ControlCommand
  | PingCommand;
export type CommandType = Command['type'];

/**
 * How a subscription begins.
 * `continued`: nothing was missed. `replayed`: `count` publications follow from the log. `snapshot`: a snapshot push
 * follows, then what came after it. `reset`: the position could not be honoured, for the reason given; what the client
 * knew of the channel may be incomplete; delivery starts after `position`. `denied`: not subscribed.
 */
export type SubscribeOutcome =
  | { outcome: 'continued'; position: string }
  | { outcome: 'replayed'; position: string; count: number }
  | { outcome: 'snapshot'; position: string }
  | { outcome: 'reset'; position: string; reason: ResetReason }
  | { outcome: 'denied'; code: ProblemCode; detail: string };
/** `position` is where delivery starts from, that is, the last publication *before* the first one delivered. */
export type ResetReason = 'epoch_changed' | 'trimmed' | 'ahead_of_log';

export type OkReply = { id: CommandId; type: 'ok'; [field: string]: unknown };
export type SubscribeReply = {
  id: CommandId;
  type: 'ok';
  channels: Readonly<Record<string, SubscribeOutcome>>;
};
export type ErrorReply = {
  id: CommandId | null;
  type: 'error';
  code: ProblemCode;
  detail: string;
  retryable: boolean;
  fix?: string;
  /** Of a refused `auth`: to look it up by. */
  attempt?: string;
  checked?: readonly CheckedStage[];
};

export type WelcomePush = {
  type: 'welcome';
  session: string;
  user: string;
  /** The credential comes from a simulated sign-in. */
  simulated?: true;
  node: string;
  build: string;
  heartbeatMs: number;
};
export type EventPush = { type: 'event'; channel: string; epoch: string; offset: number; event: Event };
export type SnapshotPush = {
  type: 'snapshot';
  channel: string;
  epoch: string;
  offset: number;
  state: unknown;
};
/** `heads` are read from the log, for the channels this session is subscribed to. */
export type HeartbeatPush = { type: 'heartbeat'; at: string; heads: Readonly<Record<string, string>> };
/** The credential ends soon: an `auth` command with a fresh one keeps the connection open. Time: RFC 3339, UTC. */
export type ExpiringPush = { type: 'expiring'; expiresAt: string };
export type RefusalPush = { type: 'refusal' } & Omit<Problem, 'type'> & { docs: string };
export type DisconnectPush = {
  type: 'disconnect';
  code: DisconnectCode;
  reason: string;
  retryAfterMs?: number;
};

export type Reply = OkReply | ErrorReply;
export type Push =
  | WelcomePush
  | EventPush
  | SnapshotPush
  | HeartbeatPush
  | ExpiringPush
  | RefusalPush
  | DisconnectPush;
export type ServerFrame = Reply | Push;
