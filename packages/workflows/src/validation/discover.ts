/** From what was named to the documents that are there, and findings for what cannot be read. */
import type { Finding } from '@greenlight/protocol/review';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import picomatch from 'picomatch';
import type { Discovery, DocumentSource } from './api.ts';
import { Findings } from './findings.ts';
import type { ValidationInput } from './input.ts';
import type { OwnRule } from './own-rules.ts';
import { isInside, nameOf, openRoots, type Place } from './roots.ts';

/** Folders that hold other people's or generated documents; looked into only when they are named. */
const SKIPPED = ['node_modules', '.git', '.hg', '.svn', '.greenlight', 'vendor'];

export type DiscoverOptions = {
  /** Folders that may be read; relative ones start from `cwd`. */
  readonly roots: readonly string[];
  /** Default: the process' working folder. */
  readonly cwd?: string;
  readonly signal?: AbortSignal;
};

/** Rejects with the signal's reason when it is aborted. */
export async function discover(input: ValidationInput, options: DiscoverOptions): Promise<Discovery> {
  const place = await openRoots(options.roots, options.cwd ?? process.cwd());
  const walk = new Walk(input, place, options.signal);
  for (const path of input.paths ?? []) await walk.named(path);
  return walk.discovery(input.content ?? []);
}

type Matcher = (path: string) => boolean;
type Visit = {
  /** Real paths of the folders above, to notice a link that leads back into one. */
  readonly above: readonly string[];
  /** Folder names that are looked into although they are usually skipped. */
  readonly entered: ReadonlySet<string>;
  /** The way from the named folder to here, with a `/` at its end: globs are matched against what is below the named folder. */
  readonly below: string;
  readonly wanted: Matcher;
};

class Walk {
  readonly #place: Place;
  readonly #input: ValidationInput;
  readonly #signal: AbortSignal | undefined;
  readonly #include: Matcher;
  readonly #exclude: Matcher;
  readonly #found = new Map<string, DocumentSource>();
  /** Folders that this name has led to. */
  readonly #folders = new Set<string>();
  readonly #findings: Finding[] = [];
  #full = false;
  /** Documents and findings so far, repeated ones included: a name that adds none has led to nothing. */
  #answers = 0;

  constructor(input: ValidationInput, place: Place, signal: AbortSignal | undefined) {
    this.#input = input;
    this.#place = place;
    this.#signal = signal;
    this.#include = matcher(input.include);
    this.#exclude = matcher(input.exclude);
  }

  discovery(content: readonly { name: string; text: string }[]): Discovery {
    const inline = content.map(({ name, text }): DocumentSource => ({ file: name, text }));
    const files = [...this.#found.values(), ...inline].toSorted((a, b) => compare(a.file, b.file));
    const findings = this.#findings.toSorted((a, b) => compare(a.file, b.file));
    return { files, findings };
  }

  async named(path: string): Promise<void> {
    const before = this.#answers;
    this.#folders.clear();
    const absolute = resolve(this.#place.cwd, path);
    const entry = await this.#real(absolute);
    const scan = picomatch.scan(path);
    if (entry.ok) await this.#enter(absolute, entry.path);
    else if (entry.code === 'ENOENT' && scan.isGlob) await this.#glob(path, scan);
    else this.#report(path, absolute, entry.code);
    if (this.#answers === before && !this.#full)
      this.#add('file/no-match', nameOf(absolute, this.#place.cwd), `No documents match \`${path}\`.`);
  }

  async #glob(pattern: string, scan: ReturnType<typeof picomatch.scan>): Promise<void> {
    const base = resolve(this.#place.cwd, scan.base);
    const entry = await this.#real(base);
    if (!entry.ok) {
      this.#report(pattern, base, entry.code);
      return;
    }
    if (!isInside(entry.path, this.#place.roots)) {
      this.#outside(base);
      return;
    }
    const wanted = matcher([scan.glob]);
    const entered = new Set(SKIPPED.filter((name) => pattern.split('/').includes(name)));
    await this.#folder(base, entry.path, { above: [], entered, below: '', wanted });
  }

  async #enter(absolute: string, real: string): Promise<void> {
    if (!isInside(real, this.#place.roots)) {
      this.#outside(absolute);
      return;
    }
    const stats = await stat(real).catch(() => null);
    if (stats?.isDirectory() === true) {
      const entered = new Set(SKIPPED.filter((name) => absolute.split('/').includes(name)));
      await this.#folder(absolute, real, {
        above: [],
        entered,
        below: '',
        wanted: this.#include,
      });
    } else if (stats?.isFile() === true) this.#keep(absolute, real);
    else
      this.#add(
        'file/not-a-file',
        nameOf(absolute, this.#place.cwd),
        'It is neither a regular file nor a folder.',
      );
  }

  async #folder(path: string, real: string, visit: Visit): Promise<void> {
    this.#signal?.throwIfAborted();
    if (visit.above.includes(real)) {
      this.#add(
        'file/symlink-loop',
        nameOf(path, this.#place.cwd),
        'This symbolic link leads back to a folder above it, so it was not followed.',
      );
      return;
    }
    if (this.#folders.has(real)) return;
    this.#folders.add(real);
    const entries = await readdir(real, { withFileTypes: true }).catch((error: unknown) => codeOf(error));
    if (typeof entries === 'string') {
      this.#report(path, path, entries);
      return;
    }
    for (const entry of entries.toSorted((a, b) => compare(a.name, b.name))) {
      if (this.#full) return;
      const child = join(path, entry.name);
      const below = `${visit.below}${entry.name}`;
      if (this.#exclude(below)) continue;
      if (entry.isDirectory()) {
        if (SKIPPED.includes(entry.name) && !visit.entered.has(entry.name)) continue;
        await this.#folder(child, join(real, entry.name), {
          ...visit,
          above: [...visit.above, real],
          below: `${below}/`,
        });
      } else if (entry.isFile()) {
        if (visit.wanted(below)) this.#keep(child, join(real, entry.name));
      } else if (entry.isSymbolicLink())
        await this.#link(child, below, { ...visit, above: [...visit.above, real] });
    }
  }

  async #link(path: string, below: string, visit: Visit): Promise<void> {
    const name = basename(path);
    if (SKIPPED.includes(name) && !visit.entered.has(name)) return;
    const target = await this.#real(join(visit.above.at(-1) ?? '', name));
    const relevant = visit.wanted(below);
    if (!target.ok) {
      if (relevant || target.code === 'ELOOP') this.#report(path, path, target.code);
      return;
    }
    const stats = await stat(target.path).catch(() => null);
    if (stats?.isDirectory() !== true && !relevant) return;
    if (!isInside(target.path, this.#place.roots)) this.#outside(path);
    else if (stats?.isDirectory() === true)
      await this.#folder(path, target.path, { ...visit, below: `${below}/` });
    else if (stats?.isFile() === true) this.#keep(path, target.path);
  }

  async #real(path: string): Promise<{ ok: true; path: string } | { ok: false; code: string }> {
    try {
      return { ok: true, path: await realpath(path) };
    } catch (error) {
      return { ok: false, code: codeOf(error) };
    }
  }

  #keep(path: string, real: string): void {
    this.#answers++;
    if (this.#found.has(real)) return;
    const { maxFiles } = this.#input.limits;
    if (this.#found.size >= maxFiles) {
      this.#full = true;
      const message = `There are more than ${maxFiles.toLocaleString('en')} documents; only the first were validated (\`limits.maxFiles\`).`;
      this.#add('file/too-many', nameOf(dirname(path), this.#place.cwd), message);
      return;
    }
    this.#found.set(real, { file: nameOf(path, this.#place.cwd), path: real });
  }

  #outside(path: string): void {
    const message = 'It is outside the folders that may be read, so it was not.';
    this.#add('file/outside-root', nameOf(path, this.#place.cwd), message);
  }

  #report(named: string, path: string, code: string): void {
    const file = nameOf(path, this.#place.cwd);
    // Whether something exists out there is nobody's business.
    if (!isInside(path, this.#place.roots)) this.#outside(path);
    else if (code === 'ENOENT' || code === 'ENOTDIR')
      this.#add('file/missing', file, `There is nothing at \`${named}\`.`);
    else if (code === 'ELOOP')
      this.#add('file/symlink-loop', file, 'This symbolic link leads back to itself.');
    else if (code === 'EACCES' || code === 'EPERM')
      this.#add('file/unreadable', file, 'It cannot be read: permission denied.');
    else this.#add('file/unreadable', file, `It cannot be read (${code}).`);
  }

  #add(rule: OwnRule, file: string, message: string): void {
    this.#answers++;
    const findings = new Findings(file, this.#input, null);
    findings.own('syntax', rule, { message });
    this.#findings.push(...(findings.byTier().syntax ?? []));
  }
}

function matcher(globs: readonly string[]): Matcher {
  return globs.length === 0 ? () => false : picomatch([...globs], { dot: true });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
