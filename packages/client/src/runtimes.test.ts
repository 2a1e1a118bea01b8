/**
 * The built client in the runtimes that this machine has, each in a process of its own against the real gateway. Those
 * that it does not have are skipped by name: their packages weigh around 100 MB each, too much for a check.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type GatewayProcess, startGateway } from '@greenlight/testkit/start-gateway';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltClient, buildClient } from './test/built-client.ts';

const run = promisify(execFile);

type Runtime = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What it uses when the application names none. */
  readonly transport: string;
};
const RUNTIMES: readonly Runtime[] = [
  { name: 'node 20', command: 'node', args: [], transport: 'sse' },
  { name: 'node of this project', command: process.execPath, args: [], transport: 'websocket' },
  { name: 'bun', command: 'bun', args: ['run'], transport: 'websocket' },
  { name: 'deno', command: 'deno', args: ['run', '--allow-all'], transport: 'websocket' },
];

/** The program, and not the one that a package brought. */
function find(command: string): string | null {
  if (command.startsWith('/')) return command;
  const folders = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  for (const folder of [...folders, '/usr/bin', '/usr/local/bin']) {
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** Null when it can run here. */
async function whyNot({ name, command }: Runtime): Promise<string | null> {
  const path = find(command);
  if (!path) return `there is no "${command}" on this machine`;
  if (name !== 'node 20') return null;
  const { stdout } = await run(path, ['--version']);
  return stdout.startsWith('v20.') ? null : `${path} is ${stdout.trim()}`;
}

const PROGRAM = `
import { createClient } from './client.js';
import { options, runs } from './settings.js';

for (const [channel, transports] of runs) {
  const client = createClient({ ...options, ...(transports && { transports }) });
  const offsets = [];
  const three = (async () => {
    for await (const { offset } of client.subscribe(channel, { since: 'earliest' })) {
      offsets.push(offset);
      if (offset === 3) return;
    }
  })();
  client.subscribe('other', {}, () => undefined);
  await new Promise((resolve) => {
    const look = () => client.status.current.live && resolve();
    client.status.subscribe(look);
    look();
  });
  const { transport } = client.status.current;
  for (let number = 1; number <= 3; number += 1) {
    const published = await client.publish(channel, { type: 'note', data: number });
    if (!published.ok) throw new Error(published.detail);
  }
  await three;
  console.log(JSON.stringify({ transport, offsets }));
  client.close();
}
`;

let gateway: GatewayProcess;
let built: BuiltClient;
beforeAll(async () => {
  [gateway, built] = await Promise.all([startGateway(), buildClient()]);
  await writeFile(join(built.folder, 'package.json'), '{"type":"module"}');
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await built[Symbol.asyncDispose]();
});

const reasons = await Promise.all(RUNTIMES.map(whyNot));

describe('the built client', () => {
  for (const [at, runtime] of RUNTIMES.entries()) {
    const { name, command, args, transport } = runtime;
    const reason = reasons[at] ?? null;
    it.skipIf(reason !== null)(`[K40] works in ${name}${reason ? ` (skipped: ${reason})` : ''}`, async () => {
      const runs = [undefined, ['sse'], ['long-poll']].map((transports, number) => [
        `run-${at}-${number}`,
        transports ?? null,
      ]);
      const options = { url: gateway.url, credential: { token: gateway.apiKey } };
      await writeFile(
        join(built.folder, 'settings.js'),
        `export const options = ${JSON.stringify(options)};\nexport const runs = ${JSON.stringify(runs)};\n`,
      );
      await writeFile(join(built.folder, 'program.js'), PROGRAM);
      const { stdout } = await run(find(command) ?? command, [...args, join(built.folder, 'program.js')]);
      const seen = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
      const offsets = [1, 2, 3];
      expect(seen).toEqual([
        { transport, offsets },
        { transport: 'sse', offsets },
        { transport: 'long-poll', offsets },
      ]);
    });
  }
});
