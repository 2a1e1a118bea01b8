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

/** Starting and steering runs. */
export const maySteerRuns = ({ role }: Identity): boolean => role !== 'viewer';
/** Deciding on recommendations. */
export const mayReview = ({ role }: Identity): boolean =>
  role === 'reviewer' || role === 'operator' || role === 'admin';
/** Operators' views: handshakes, connections, channels. */
export const mayOperate = isOperator;
/** Keys and users. A simulated administrator must leave nothing behind that outlives the simulation. */
export const mayAdminister = ({ role, simulated }: Identity): boolean => role === 'admin' && !simulated;
