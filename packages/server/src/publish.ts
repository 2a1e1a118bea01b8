/** Publishing, for sockets and REST alike: check, complete to CloudEvents (1.0 section 3), append once. */
import { createHash, randomUUID } from 'node:crypto';
import type { Identity } from '@greenlight/handshake/identity';
import type { AppendRefused } from '@greenlight/log/log';
import { isChannelName } from '@greenlight/protocol/channel';
import type { ProblemCode } from '@greenlight/protocol/codes';
import {
  EVENT_TYPES,
  isReservedType,
  type Durability,
  type Event,
  type EventInput,
} from '@greenlight/protocol/event';
import { mayUseChannel } from './access.ts';
import type { Services } from './services.ts';

export type PublishRequest = {
  readonly channel: string;
  /** Appended as a whole or not at all. */
  readonly events: readonly EventInput[];
  /** 1 to 200 characters. A repeat within 24 hours, by the same user to the same channel, gets the first answer. */
  readonly idempotencyKey?: string;
};

export type PublishFailure = { readonly ok: false; readonly code: ProblemCode; readonly detail: string };
export type Published = {
  readonly ok: true;
  readonly epoch: string;
  /** Of the last event. */
  readonly offset: number;
  readonly durability: Durability;
  readonly duplicate: boolean;
};

type PublishServices = Pick<Services, 'clock' | 'limits' | 'log' | 'metrics' | 'runs'>;

const IDEMPOTENCY_KEY_MAX = 200;
/** RFC 3339 section 5.6. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i;

export async function publish(
  services: PublishServices,
  identity: Identity,
  request: PublishRequest,
): Promise<Published | PublishFailure> {
  const { clock, limits, log, metrics, runs } = services;
  const { channel, events: inputs } = request;
  if (isChannelName(channel) && !mayUseChannel(identity, channel, 'publish', (id) => runs.privateOwner(id)))
    return failure('channel_forbidden', `${identity.user} may not publish to ${channel}.`);
  const wrong = wrongRequest(request, limits.publishEvents);
  if (wrong) return wrong;

  const time = new Date(clock()).toISOString();
  const events = inputs.map((input) =>
    completed(identity.simulated ? { ...input, simulated: true } : input, channel, time),
  );
  const began = performance.now();
  const appended = await log.append({
    appends: [{ channel, events }],
    ...(request.idempotencyKey !== undefined && { idempotency: idempotency(identity, request) }),
  });
  if (!appended.ok) return refusedAppend(appended);
  const [result] = appended.results;
  if (!result) throw new Error(`The log acknowledged an append to ${channel} without saying where it is.`);
  const { epoch, last: offset, durability } = result;
  const { duplicate } = appended;
  if (!duplicate) {
    metrics.published(durability, events.length);
    metrics.appended(durability, (performance.now() - began) / 1000);
  }
  return { ok: true, epoch, offset, durability, duplicate };
}

const failure = (code: ProblemCode, detail: string): PublishFailure => ({ ok: false, code, detail });

function wrongRequest(
  { channel, events, idempotencyKey }: PublishRequest,
  mostEvents: number,
): PublishFailure | null {
  if (!isChannelName(channel))
    return failure('invalid_input', `${JSON.stringify(channel)} is not a channel name.`);
  if (events.length === 0) return failure('invalid_input', 'There is nothing to publish.');
  if (events.length > mostEvents)
    return failure('too_large', `One request carries at most ${mostEvents} events, not ${events.length}.`);
  if (idempotencyKey !== undefined && (idempotencyKey === '' || idempotencyKey.length > IDEMPOTENCY_KEY_MAX))
    return failure('invalid_input', `An idempotency key has 1 to ${IDEMPOTENCY_KEY_MAX} characters.`);
  for (const { type, time } of events) {
    if (isReservedType(type) && !(EVENT_TYPES as readonly string[]).includes(type))
      return failure(
        'invalid_input',
        `${JSON.stringify(type)} begins with a word that is reserved for Greenlight's own types and is none of them; choose another first word.`,
      );
    if (time !== undefined && !(TIMESTAMP.test(time) && !Number.isNaN(Date.parse(time))))
      return failure(
        'invalid_input',
        `"time" must look like 2026-01-31T12:00:00Z, not ${JSON.stringify(time)}.`,
      );
  }
  return null;
}

function completed(input: EventInput, channel: string, now: string): Event {
  const { id = randomUUID(), type, source = `/channels/${channel}`, time = now, ...rest } = input;
  return { id, type, source, time, specversion: '1.0', ...rest };
}

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url');

/** Two users, or two channels, never share a key. */
function idempotency(identity: Identity, { channel, events, idempotencyKey }: PublishRequest) {
  return {
    key: `publish:${digest([identity.user, channel, idempotencyKey])}`,
    fingerprint: digest(events),
  };
}

function refusedAppend(refused: AppendRefused): PublishFailure {
  if (refused.reason === 'idempotency_key_reused')
    return failure('idempotency_key_reused', 'This idempotency key came before with other events.');
  if (refused.reason === 'unavailable')
    return failure('storage_unavailable', `Nothing was published: ${refused.detail}`);
  throw new Error(`An append to one channel without expectations was refused: ${refused.reason}.`);
}
