/** What a stream over plain HTTP asks for: which channels, from where on, and for how long. */
import type { HandshakeRequest } from '@greenlight/handshake/request';
import { isChannelName, workflowChannel } from '@greenlight/protocol/channel';
import type { Limits } from '../limits.ts';
import { requestedSince, type RequestedSince } from '../transports/since.ts';
import type { RouteParameters } from './route-table.ts';

export type StreamRequest =
  | {
      readonly ok: true;
      readonly channels: readonly string[];
      readonly requested: Extract<RequestedSince, { ok: true }>;
      /** Long-poll only. */
      readonly waitSeconds: number;
      /** Every frame, as on a socket, or events alone. */
      readonly frames: 'all' | 'events';
    }
  | { readonly ok: false; readonly detail: string };

const WAIT_SECONDS = 25;

export function streamRequest(
  request: HandshakeRequest,
  parameters: RouteParameters,
  limits: Pick<Limits, 'channelsPerConnection' | 'pollWaitSeconds'>,
): StreamRequest {
  const workflow = parameters['id'];
  const names =
    workflow === undefined ? (request.query.get('channels') ?? '').split(',') : [workflowChannel(workflow)];
  const channels = [...new Set(names.map((name) => name.trim()))].filter((name) => name !== '');
  const frames = request.query.get('frames') ?? 'events';
  if (frames !== 'all' && frames !== 'events') return wrong('"frames" must be "all" or "events".');
  // As a socket, one that reads every frame may be open before it reads a channel.
  if (channels.length === 0 && frames === 'events')
    return wrong('Name the channels in the URL: ?channels=a,b.');
  if (channels.length > limits.channelsPerConnection)
    return wrong(`One stream carries at most ${limits.channelsPerConnection} channels.`);
  const strange = channels.find((name) => !isChannelName(name));
  if (strange !== undefined) return wrong(`${JSON.stringify(strange)} is not a channel name.`);
  const requested = requestedSince(request, channels, workflow === undefined ? null : 'earliest');
  if (!requested.ok) return requested;
  const wait = request.query.get('wait');
  if (wait !== null && !/^\d{1,4}$/.test(wait)) return wrong('"wait" must be a whole number of seconds.');
  const waitSeconds = Math.min(wait === null ? WAIT_SECONDS : Number(wait), limits.pollWaitSeconds);
  return { ok: true, channels, requested, waitSeconds, frames };
}

const wrong = (detail: string): StreamRequest => ({ ok: false, detail });
