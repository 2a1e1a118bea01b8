/** A part of the server in a process of its own, with its output as ours. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Options } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { note } from './output.ts';

const SOURCES = new URL('../../../apps/gateway/src/', import.meta.url);

/** Where the server looks for its settings first. */
export const GATEWAY_OPTIONS = {
  port: { type: 'string', value: 'PORT', about: 'Default 8585; 0 for a free one.' },
  host: { type: 'string', value: 'HOST', about: 'Address to listen on. Default 127.0.0.1.' },
  data: { type: 'string', value: 'FOLDER', about: 'Where it keeps its data. Default .greenlight.' },
  root: {
    type: 'string',
    multiple: true,
    value: 'FOLDER',
    about: 'What validation may read; may be repeated. Default: here.',
  },
  config: { type: 'string', value: 'FILE', about: 'Default greenlight.config.json.' },
} as const satisfies Options;

/** Gives its exit code. */
export function runGateway(entry: `${string}.ts`, args: readonly string[]): Promise<ExitCode> {
  const path = fileURLToPath(new URL(entry, SOURCES));
  if (!existsSync(path)) {
    note('The server is not part of this installation; run this in a checkout of the repository.');
    return Promise.resolve(EXIT.couldNotRun);
  }
  const child = spawn(process.execPath, [path, ...args], { stdio: 'inherit' });
  // A terminal sends its signals to both; the server decides when this ends.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(signal === null ? (code as ExitCode) : EXIT.interrupted));
  });
}
