/**
 * A process that applies a recommendation and dies by SIGKILL between changing the file and recording it:
 * `node apply-child.ts <data> <root> <recommendation>`.
 */
import { join } from 'node:path';
import { openLog } from '@greenlight/log/open-log';
import { createReview } from '../review.ts';

const [folder = '', root = '', id = ''] = process.argv.slice(2);
const log = await openLog({ folder });
const review = await createReview({
  log: {
    ...log,
    async append(append) {
      if (append.appends.length > 0) process.kill(process.pid, 'SIGKILL');
      return log.append(append);
    },
  },
  roots: [root],
  cwd: root,
  originals: join(folder, 'originals'),
  privateOwner: () => null,
  clock: Date.now,
  random: Math.random,
  node: 'n_child',
});
await review.decide(id, 'apply', { user: 'bob' });
