import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { dataOf, one } from '../contract/fixtures.ts';
import { openLog } from '../open-log.ts';

it('[L19] acknowledges nothing more after the disk failed, and has all that it acknowledged at the next start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'greenlight-failing-'));
  const script = join(import.meta.dirname, 'writer-on-failing-disk.ts');
  // Files of at most 2,000 blocks of 512 bytes (POSIX; some shells count in KiB).
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    'ulimit -f 2000 && exec "$0" "$@"',
    process.execPath,
    script,
    folder,
  ]);
  const { acknowledged, told, offset } = JSON.parse(stdout) as {
    acknowledged: number;
    told: unknown[];
    offset: number;
  };
  const unavailable = {
    ok: false,
    reason: 'unavailable',
    detail: expect.stringContaining('start Greenlight again') as string,
  };
  expect(acknowledged).toBe(20);
  expect(told).toEqual([unavailable, unavailable, unavailable]);
  expect(offset).toBe(acknowledged);

  const log = await openLog({ folder });
  const stored = (await dataOf(log, 'a')) as readonly { n: number }[];
  expect(stored.map(({ n }) => n)).toEqual(Array.from({ length: acknowledged }, (_, at) => at + 1));
  expect(await log.record('c', 'last')).toMatchObject({ value: acknowledged, version: acknowledged });
  expect((await log.append(one('a', 'next'))).ok).toBe(true);
  await log.close();
  await rm(folder, { recursive: true, force: true });
});
