/** A validation in this process: the engine alone, without a server. */
import { dirname, resolve } from 'node:path';
import { statSync } from 'node:fs';
import { parseValidationInput } from '@greenlight/workflows/validation/input';
import { validate } from '@greenlight/workflows/validation/validate';
import manifest from '../../package.json' with { type: 'json' };
import { UsageError } from '../command.ts';
import type { Input, Outcome } from './outcome.ts';
import type { Progress } from './progress.ts';

export async function runHere(input: Input, progress: Progress, signal: AbortSignal): Promise<Outcome> {
  const parsed = parseValidationInput(input);
  if (!parsed.ok) throw new UsageError(parsed.detail);
  try {
    const result = await validate(parsed.input, {
      roots: rootsFor(input),
      signal,
      version: manifest.version,
      onProgress(step) {
        if (step.kind === 'file') progress.files(step.completed, step.total);
        const stage = step.kind === 'tier' && step.state === 'started' ? STAGES[step.tier] : undefined;
        if (stage !== undefined) progress.stage(stage);
      },
    });
    if (result.ok) return { kind: 'report', report: result.report };
    return { kind: 'failed', failure: { code: 'invalid_input', detail: result.detail } };
  } catch (error) {
    if (signal.aborted) return { kind: 'interrupted' };
    throw error;
  }
}

/** The tiers that come after the files; those before run together. */
const STAGES: Readonly<Record<string, string>> = {
  links: 'checking links',
  external: 'asking the web about links',
  recommend: 'drafting recommendations',
};

/** What was named on the command line may be read, and what lies here; links must not lead further. */
function rootsFor({ paths, schema, truth }: Input): readonly string[] {
  const files = [schema, truth].filter((file) => file !== undefined);
  return [process.cwd(), ...paths.map(folderOf), ...files.map((file) => dirname(resolve(file)))];
}

/** The folder that a path names or lies in; for a glob, the one before its first wildcard. */
function folderOf(path: string): string {
  const full = resolve(path);
  const stats = statSync(full, { throwIfNoEntry: false });
  if (stats) return stats.isDirectory() ? full : dirname(full);
  const plain = path.split('/').slice(
    0,
    path.split('/').findIndex((part) => /[*?[\]{}()!]/.test(part)),
  );
  return resolve(plain.join('/') || (path.startsWith('/') ? '/' : '.'));
}
