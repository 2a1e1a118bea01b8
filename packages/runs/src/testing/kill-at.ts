/** Runs a script in a process of its own and kills it with SIGKILL when it says that it is where the test wants it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Resolves when the process is gone; rejects when it ends without a word. */
export async function killAt(script: URL, parameters: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [fileURLToPath(script), ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const spoke = once(createInterface(child.stdout), 'line').then(() => true);
  if (!(await Promise.race([spoke, exited.then(() => false)])))
    throw new Error('The process ended before it was killed.');
  child.kill('SIGKILL');
  await exited;
}
