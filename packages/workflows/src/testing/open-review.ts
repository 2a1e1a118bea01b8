/** A validated tree and its review over a real log. */
import { join } from 'node:path';
import { workflowChannel } from '@greenlight/protocol/channel';
import type { Recommendation } from '@greenlight/protocol/review';
import type { Review } from '@greenlight/runs/review';
import { type OpenRuns, openRuns } from '@greenlight/runs/testing/open-runs';
import { createReview } from '../review.ts';
import { createValidationWorkflow } from '../validation-workflow.ts';

export type OpenReview = OpenRuns & {
  readonly review: Review;
  /** A second one over the same log, as another node would have. */
  readonly elsewhere: Review;
  /** Validates; gives the run's recommendations. */
  validate(input: unknown, own?: boolean): Promise<readonly Recommendation[]>;
};

export async function openReview(root: string, folder?: string): Promise<OpenReview> {
  const open = await openRuns(
    (log) => [createValidationWorkflow({ log, roots: [root], cwd: root, clock: Date.now })],
    folder === undefined ? {} : { folder },
  );
  const reviewOf = (node: string): Promise<Review> =>
    createReview({
      log: open.log,
      roots: [root],
      cwd: root,
      originals: join(open.folder, 'originals'),
      privateOwner: (id) => open.runs.privateOwner(id),
      clock: Date.now,
      random: Math.random,
      node,
    });
  const review = await reviewOf('n_one');
  return {
    ...open,
    review,
    elsewhere: await reviewOf('n_two'),
    async validate(input, own = false) {
      const started = await open.runs.start({ kind: 'validation', input, owner: 'ann', private: own });
      if (!started.ok) throw new Error(started.detail);
      const { id } = started.run;
      await open.event(
        ({ channel, event }) => channel === workflowChannel(id) && event.type === 'workflow.completed',
      );
      return review.recommendations({ workflow: id });
    },
  };
}
