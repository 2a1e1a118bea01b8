/** A node, somebody who is let in, and a way to publish without a connection: what tests of sessions and transports need. */
import type { Identity } from '@greenlight/handshake/identity';
import { publish } from '../publish.ts';
import { type OpenNode, openNode, type OpenNodeOptions } from './open-node.ts';
import { runsInMemory, type RunsByHand } from './runs-in-memory.ts';

export type StageOptions = Pick<
  OpenNodeOptions,
  'limits' | 'log' | 'bus' | 'folder' | 'clock' | 'identity'
> & {
  readonly runs?: RunsByHand;
};

export type Stage = OpenNode & {
  /** What clients present unless the test says otherwise: a key of the admin `ada`. */
  readonly credential: string;
  /** Appends one event for each of `data`, as `ada`, and gives the offset of the last. */
  publish(channel: string, ...data: readonly unknown[]): Promise<number>;
};

const ADA: Identity = {
  user: 'ada',
  name: 'ada',
  role: 'admin',
  credential: 'api_key',
  credentialId: 'by-hand',
};

export async function openStage({ limits, runs, ...options }: StageOptions = {}): Promise<Stage> {
  const node = await openNode({
    ...options,
    // No heartbeat stands between the frames of a test that does not ask for one.
    limits: { heartbeatMs: 3_600_000, ...limits },
    runs: () => runsInMemory(runs),
  });
  return {
    ...node,
    credential: await node.key('admin', { user: 'ada' }),
    async publish(channel, ...data) {
      const published = await publish(node.services, ADA, {
        channel,
        events: data.map((each) => ({ type: 'test', data: each })),
      });
      if (!published.ok) throw new Error(published.detail);
      return published.offset;
    },
  };
}
