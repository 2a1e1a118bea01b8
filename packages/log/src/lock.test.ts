import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder, type FolderLock } from './lock.ts';
import { openLog } from './open-log.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'greenlight-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function lock(path = folder): FolderLock {
  const result = lockFolder(path);
  if (!result.ok) throw new Error(result.detail);
  return result.lock;
}

/** Another process that holds the folder until it is killed. */
async function holder(): Promise<{ pid: number; kill: () => Promise<unknown> }> {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { lockFolder } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)};
       console.log(lockFolder(${JSON.stringify(folder)}).ok ? 'held' : 'refused');
       process.stdin.resume();`,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  expect(said.toString()).toBe('held\n');
  return {
    pid: child.pid as number,
    kill: () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      return exited;
    },
  };
}

describe('the lock of a data folder', () => {
  it('[L13] refuses a second process in one sentence that says who holds the folder', async () => {
    const other = await holder();
    const refused = lockFolder(folder);
    expect(refused).toMatchObject({ ok: false, code: 'folder_in_use', heldBy: { pid: other.pid } });
    expect(refused.ok ? '' : refused.detail).toMatch(
      new RegExp(`^The data folder ${folder} is in use by process ${other.pid}, which started at 20.+; stop`),
    );
    await expect(openLog({ folder })).rejects.toMatchObject({ code: 'folder_in_use' });
    await other.kill();
  });

  it('[L13] is free at once after the process that held it was killed', async () => {
    const other = await holder();
    await other.kill();
    const note = JSON.parse(await readFile(join(folder, 'lock.json'), 'utf8')) as { pid: number };
    expect(note.pid).toBe(other.pid);
    lock().release();
  });

  it('refuses the same process too, until it is released', () => {
    const first = lock();
    expect(lockFolder(folder)).toMatchObject({ ok: false, heldBy: { pid: process.pid } });
    first.release();
    first.release();
    lock().release();
  });

  it('says so when the note of the holder is unreadable', async () => {
    const first = lock();
    await writeFile(join(folder, 'lock.json'), '{');
    expect(lockFolder(folder)).toMatchObject({ ok: false, heldBy: null });
    first.release();
  });

  it('makes the folder, and says when it cannot be used', async () => {
    lock(join(folder, 'a', 'b')).release();
    await writeFile(join(folder, 'file'), '');
    expect(lockFolder(join(folder, 'file'))).toMatchObject({ ok: false, code: 'folder_unusable' });
  });

  it('opens a log with a lock that the caller holds, and leaves it held', async () => {
    const held = lock();
    const log = await openLog({ folder, lock: held });
    await log.close();
    expect(lockFolder(folder).ok).toBe(false);
    held.release();
  });
});
