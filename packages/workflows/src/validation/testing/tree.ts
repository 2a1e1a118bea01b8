/** Real files in a temporary folder, for tests. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Finding } from '@greenlight/protocol/review';
import type { Report } from '../api.ts';
import { parseValidationInput, type ValidationInput } from '../input.ts';
import { validate, type ValidateOptions } from '../validate.ts';

export type Tree = AsyncDisposable & { readonly path: string };

export async function makeTree(files: Readonly<Record<string, string | Uint8Array>>): Promise<Tree> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'greenlight-validation-')));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export function inputOf(value: object): ValidationInput {
  const parsed = parseValidationInput(value);
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.input;
}

/** Validates the whole tree in this thread, unless told otherwise. */
export async function reportOn(
  tree: Tree,
  input: object = {},
  options: Partial<ValidateOptions> = {},
): Promise<Report> {
  const result = await validate(inputOf({ paths: ['.'], ...input }), {
    roots: ['.'],
    cwd: tree.path,
    ...options,
  });
  if (!result.ok) throw new Error(result.detail);
  return result.report;
}

/** `file:line:column rule`, for comparing in one look. */
export function places(findings: readonly Finding[]): string[] {
  return findings.map(({ file, line, column, rule }) => `${file}:${line}:${column} ${rule}`);
}
