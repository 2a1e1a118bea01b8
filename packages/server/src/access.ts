/** Who may do what to a channel. One function, asked by tickets, subscribe, publish, delivery and REST alike. */
import type { Identity } from '@greenlight/handshake/identity';
import { channelMatches, SYSTEM_PREFIX, userOf, workflowOf } from '@greenlight/protocol/channel';

export type ChannelUse = 'read' | 'publish';

/** Owner of a private run, null for others: answers without I/O. */
export type PrivateOwner = (workflowId: string) => string | null;

/** Channels that only Greenlight itself writes: each of their event types has one emitter. */
const OWN_CHANNELS = [
  'workflow:*',
  'workflows',
  'validations',
  'recommendations',
  'approvals',
  'tokens:*',
  '$SYS:*',
];

const isOperator = ({ role }: Identity): boolean => role === 'operator' || role === 'admin';

export function mayUseChannel(
  identity: Identity,
  channel: string,
  use: ChannelUse,
  privateOwner: PrivateOwner,
): boolean {
  const { user, role, channels } = identity;
  if (channels && !channels.some((pattern) => channelMatches(pattern, channel, user))) return false;
  if (use === 'publish')
    return (
      (role === 'operator' || role === 'admin' || role === 'service') &&
      !OWN_CHANNELS.some((own) => channelMatches(own, channel))
    );
  if (channel.startsWith(SYSTEM_PREFIX)) return isOperator(identity);
  const workflow = workflowOf(channel);
  const onlyUser = workflow === null ? userOf(channel) : privateOwner(workflow);
  return onlyUser === null || onlyUser === user;
}

export type ReadDenial = {
  readonly code: 'channel_forbidden' | 'channel_not_found';
  readonly detail: string;
};

/**
 * Why the channel may not be read; null when it may. To all but its owner a private run is as one that is not there:
 * whoever reads its channel is told what `missingRun` says.
 */
export function readDenial(
  identity: Identity,
  channel: string,
  privateOwner: PrivateOwner,
): ReadDenial | null {
  if (!mayUseChannel(identity, channel, 'read', () => null))
    return { code: 'channel_forbidden', detail: `"${identity.name}" may not read the channel "${channel}".` };
  return mayUseChannel(identity, channel, 'read', privateOwner) ? null : missing(channel);
}

/** For a channel of a run that is not there. Ids of another shape are free for whoever wants to use them. */
export async function missingRun(
  channel: string,
  runExists: (workflowId: string) => Promise<boolean>,
): Promise<ReadDenial | null> {
  const workflow = workflowOf(channel);
  const isRun = workflow !== null && RUN_ID.test(workflow);
  return isRun && !(await runExists(workflow)) ? missing(channel) : null;
}

/** As this server makes them. */
const RUN_ID = /^wf_[0-9a-z]{20}$/;

const missing = (channel: string): ReadDenial => ({
  code: 'channel_not_found',
  detail: `There is no run for the channel "${channel}", or it is private to somebody else.`,
});

/** Starting and steering runs. */
export const maySteerRuns = ({ role }: Identity): boolean => role !== 'viewer';
/** Deciding on recommendations. */
export const mayReview = ({ role }: Identity): boolean =>
  role === 'reviewer' || role === 'operator' || role === 'admin';
/** Operators' views: handshakes, connections, channels. */
export const mayOperate = isOperator;
/**
 * Keys and users. A simulated administrator must leave nothing behind that outlives the simulation, and whoever is
 * limited to channels must not make a key without that limit.
 */
export const mayAdminister = ({ role, simulated, channels }: Identity): boolean =>
  role === 'admin' && !simulated && channels === undefined;
