/** An engine in a process of its own on the server's core, told what to do in lines (engines/commands.ts). */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Served } from '../engines/commands.ts';
import { ENGINES, type EngineName } from '../engines/engines.ts';
import { compile } from './compiler.ts';
import { pinned } from './pinned.ts';

export type EngineProcess = {
  readonly pid: number;
  readonly served: Served;
  readonly tell: (command: string) => void;
  /** For commands that are answered with a line. One at a time. */
  readonly ask: (command: string) => Promise<string>;
  readonly stop: () => void;
};

export async function startEngine(name: EngineName): Promise<EngineProcess> {
  const file = join(import.meta.dirname, '../engines', ENGINES[name].file);
  const command = file.endsWith('.c') ? [compile(file)] : [process.execPath, ...nodeOptions(), file];
  const [program = '', ...args] = pinned('server', command);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it listened.`)));
  });
  const lines = createInterface({ input: child.stdout });
  const nextLine = (): Promise<string> => new Promise((resolve) => lines.once('line', resolve));
  const first = nextLine();
  const served = JSON.parse(await Promise.race([first, ended])) as Served;
  ended.catch(() => {});
  return {
    pid: child.pid as number,
    served,
    tell: (command) => child.stdin.write(`${command}\n`),
    ask(command) {
      const answer = nextLine();
      child.stdin.write(`${command}\n`);
      return answer;
    },
    stop: () => child.stdin.end(),
  };
}

/** For whoever looks closer: `GREENLIGHT_BENCH_NODE='--cpu-prof --cpu-prof-dir=/tmp' npm run bench fan-out`. */
const nodeOptions = (): string[] => process.env['GREENLIGHT_BENCH_NODE']?.split(' ') ?? [];
