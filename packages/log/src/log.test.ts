import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeLog } from './contract.ts';
import { openLog } from './open-log.ts';

describeLog('SQLite in a folder', async ({ policies, clock }) => {
  const folder = await mkdtemp(join(tmpdir(), 'greenlight-log-'));
  const open = () => openLog({ folder, policies, clock, retainEveryMs: 0 });
  return {
    log: await open(),
    reopen: open,
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
});
