/** Work on the accounts of a stopped server, done by a part of the server in a process of its own. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Asked } from './ask.ts';
import { ConfigurationError } from './command.ts';

const MAIN = fileURLToPath(new URL('../../../apps/gateway/src/users-main.ts', import.meta.url));

/** What is asked goes through a pipe, because a password is in it. */
export async function onDataFolder(data: string, task: Readonly<Record<string, unknown>>): Promise<Asked> {
  if (!existsSync(MAIN))
    throw new ConfigurationError(
      'The server is not part of this installation; run this in a checkout of the repository.',
    );
  const { stdin, stdout } = spawn(process.execPath, [MAIN], { stdio: ['pipe', 'pipe', 'inherit'] });
  stdin.end(JSON.stringify({ data, ...task }));
  const answer = JSON.parse(await text(stdout)) as
    | { readonly ok: true; readonly value: unknown }
    | Extract<Asked, { ok: false }>;
  return answer.ok ? { ok: true, text: JSON.stringify(answer.value) } : answer;
}
