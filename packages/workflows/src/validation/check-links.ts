/** Links between documents: the file is there, the anchor is in it. Needs all documents to have been seen. */
import { distance } from 'fastest-levenshtein';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { DocumentSource, LinkFacts, OutgoingLink, TierResult } from './api.ts';
import { Findings, type Fix, type Rules } from './findings.ts';
import { readTarget } from './link-target.ts';
import type { OwnRule } from './own-rules.ts';
import { isInside, type Place } from './roots.ts';

export type Known = { readonly source: DocumentSource; readonly facts: LinkFacts };

export type LinkCheckOptions = {
  readonly rules: Rules;
  readonly place: Place;
  readonly known: ReadonlyMap<string, Known>;
  /** Anchors of a Markdown file that is not among the documents; null when it cannot be read. */
  readonly anchorsOf: (path: string) => Promise<readonly string[] | null>;
};

type Entry = 'file' | 'folder' | 'missing';
/** The document whose link it is, and where in the file system it stands; inline text stands nowhere. */
type From = { readonly document: Known; readonly path: string | null; readonly findings: Findings };

export class LinkChecker {
  readonly #options: LinkCheckOptions;
  readonly #byPath = new Map<string, Known>();
  readonly #byName = new Map<string, string[]>();
  readonly #entries = new Map<string, Promise<Entry>>();
  readonly #anchors = new Map<string, Promise<ReadonlySet<string> | null>>();
  readonly #listings = new Map<string, Promise<readonly string[]>>();

  constructor(options: LinkCheckOptions) {
    this.#options = options;
    for (const known of options.known.values()) {
      const path = this.#pathOf(known.source);
      if (path === null) continue;
      this.#byPath.set(path, known);
      const name = basename(path);
      this.#byName.set(name, [...(this.#byName.get(name) ?? []), path]);
    }
  }

  async check(document: Known): Promise<TierResult> {
    const findings = new Findings(document.source.file, this.#options.rules, null);
    const from = { document, path: this.#pathOf(document.source), findings };
    for (const link of document.facts.links) await this.#checkLink(link, from);
    return { file: document.source.file, tier: 'links', findings: findings.byTier().links ?? [] };
  }

  #pathOf(source: DocumentSource): string | null {
    return source.path === undefined ? null : resolve(this.#options.place.cwd, source.file);
  }

  async #checkLink(link: OutgoingLink, from: From): Promise<void> {
    const target = readTarget(link.target);
    switch (target.kind) {
      case 'external':
      case 'other':
        return;
      case 'invalid':
        report(from, link, {
          rule: 'links/invalid',
          message: `The link \`${link.target}\` leads nowhere: ${target.reason}.`,
        });
        return;
      case 'document':
        if (target.path === null)
          await this.#checkAnchor(link, target.fragment, {
            from,
            anchors: anchorSet(from.document.facts.anchors),
          });
        else await this.#checkPath(link, { path: target.path, fragment: target.fragment }, from);
        return;
      default:
        target satisfies never;
    }
  }

  async #checkPath(
    link: OutgoingLink,
    target: { path: string; fragment: string | null },
    from: From,
  ): Promise<void> {
    if (from.path === null) {
      await this.#checkInline(link, target, from);
      return;
    }
    const { place } = this.#options;
    const fromRoot = target.path.startsWith('/');
    const path = resolve(dirname(from.path), target.path);
    if (!fromRoot && !isInside(path, place.roots)) {
      const message = `The link \`${link.target}\` leaves the folders that may be read, so it was not followed.`;
      report(from, link, { rule: 'links/outside-root', message });
      return;
    }
    const found = fromRoot ? await this.#findAbove(dirname(from.path), target.path) : await this.#find(path);
    if (found === null && fromRoot) {
      const message = `\`${target.path}\` is in no folder above; if a site serves it, that was not checked.`;
      report(from, link, { rule: 'links/site-path', message });
      return;
    }
    if (found === null) {
      await this.#reportMissing(link, { path, target: target.path }, from);
      return;
    }
    if (target.fragment === null || target.fragment === '' || !isMarkdown(found)) return;
    const anchors = await this.#anchorsAt(found);
    if (anchors !== null) await this.#checkAnchor(link, target.fragment, { from, anchors });
  }

  /** Texts that came with the input can link to each other by name; where else they would lead nobody knows. */
  async #checkInline(
    link: OutgoingLink,
    target: { path: string; fragment: string | null },
    from: From,
  ): Promise<void> {
    const name = join(dirname(from.document.source.file), target.path).split(sep).join('/');
    const other = this.#options.known.get(name);
    if (other !== undefined && target.fragment !== null)
      await this.#checkAnchor(link, target.fragment, { from, anchors: anchorSet(other.facts.anchors) });
  }

  async #checkAnchor(
    link: OutgoingLink,
    fragment: string | null,
    { from, anchors }: { from: From; anchors: ReadonlySet<string> },
  ): Promise<void> {
    if (fragment === null || isAlwaysThere(fragment)) return;
    const wanted = fragment.replace(/:~:.*$/, '').replace(/^user-content-/, '');
    if (wanted === '' || anchors.has(wanted)) return;
    const lower = wanted.toLowerCase();
    const sameButCase = [...anchors].find((anchor) => anchor.toLowerCase() === lower);
    if (sameButCase !== undefined) {
      const message = `The anchor is \`#${sameButCase}\`; \`#${wanted}\` works only where case does not count.`;
      report(from, link, { rule: 'links/anchor-case', message, fix: newFragment(link, sameButCase) });
      return;
    }
    const near = closestOf(lower, anchors);
    const message = `There is no anchor \`#${wanted}\`${near === null ? '' : `; is it \`#${near}\`?`}`;
    report(from, link, {
      rule: 'links/missing-anchor',
      message: near === null ? `${message}.` : message,
      ...(near === null ? {} : { fix: newFragment(link, near) }),
    });
  }

  async #reportMissing(
    link: OutgoingLink,
    missing: { path: string; target: string },
    from: From,
  ): Promise<void> {
    const suggestion = await this.#suggest(missing.path, from);
    const what = link.image ? 'image' : 'file';
    report(from, link, {
      rule: 'links/missing-file',
      message: `There is no ${what} \`${missing.target}\`${suggestion === null ? '.' : `; is it \`${suggestion}\`?`}`,
      ...(suggestion === null ? {} : { fix: newPath(link, suggestion) }),
    });
  }

  /** A document of that name elsewhere, if there is just one, or else a neighbour that is one slip away. */
  async #suggest(path: string, from: From): Promise<string | null> {
    const name = basename(path);
    const elsewhere =
      name.toLowerCase() === 'readme.md' || name === 'index.md' ? [] : (this.#byName.get(name) ?? []);
    const [only] = elsewhere;
    if (only !== undefined && elsewhere.length === 1) return wayTo(only, from);
    const near = closestOf(name, new Set(await this.#listing(dirname(path))));
    return near === null ? null : wayTo(join(dirname(path), near), from);
  }

  /** The root that a leading `/` means is the repository's or the site's: some folder above. */
  async #findAbove(folder: string, path: string): Promise<string | null> {
    const { roots } = this.#options.place;
    for (let above = folder; isInside(above, roots); above = dirname(above)) {
      const candidate = join(above, path);
      const found = isInside(candidate, roots) ? await this.#find(candidate) : null;
      if (found !== null) return found;
      if (above === dirname(above)) break;
    }
    return null;
  }

  /** The path itself, or the page that a site generator serves there. */
  async #find(path: string): Promise<string | null> {
    const entry = await this.#entry(path);
    if (entry === 'file') return path;
    if (entry === 'folder') return join(path, 'README.md');
    const pages = path.endsWith('.html') ? [path.replace(/\.html$/, '.md')] : [`${path}.md`, `${path}.mdx`];
    for (const page of pages) if ((await this.#entry(page)) === 'file') return page;
    return null;
  }

  #entry(path: string): Promise<Entry> {
    if (this.#byPath.has(path)) return Promise.resolve('file');
    return remembered(this.#entries, path, async () => {
      const stats = await stat(path).catch(() => null);
      return stats === null ? 'missing' : stats.isDirectory() ? 'folder' : 'file';
    });
  }

  #anchorsAt(path: string): Promise<ReadonlySet<string> | null> {
    return remembered(this.#anchors, path, async () => {
      const known = this.#byPath.get(path);
      const anchors = known?.facts.anchors ?? (await this.#options.anchorsOf(path));
      return anchors === null ? null : anchorSet(anchors);
    });
  }

  #listing(folder: string): Promise<readonly string[]> {
    return remembered(this.#listings, folder, () =>
      isInside(folder, this.#options.place.roots) ? readdir(folder).catch(() => []) : Promise.resolve([]),
    );
  }
}

type Report = { readonly rule: OwnRule; readonly message: string; readonly fix?: Fix };

function report(from: From, link: OutgoingLink, what: Report): void {
  from.findings.add('links', what.rule, {
    at: { line: link.line, column: link.column },
    message: what.message,
    excerpt: link.excerpt,
    ...(what.fix === undefined ? {} : { fix: what.fix }),
  });
}

function remembered<T>(memory: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}

function anchorSet(anchors: readonly string[]): ReadonlySet<string> {
  return new Set(anchors);
}

/** `#top`, the line numbers of a source view, and text fragments. */
function isAlwaysThere(fragment: string): boolean {
  return fragment === '' || /^top$/i.test(fragment) || /^L\d+/.test(fragment) || fragment.startsWith(':~:');
}

function isMarkdown(path: string): boolean {
  return /\.(?:md|markdown|mdown|mkd|mdx)$/i.test(path);
}

/** The most similar one, if it is similar enough to be meant. */
function closestOf(wanted: string, candidates: ReadonlySet<string>): string | null {
  let best: { candidate: string; score: number } | null = null;
  for (const candidate of candidates) {
    const longest = Math.max(candidate.length, wanted.length);
    // `v1-2` and `v1-3` are close in letters and different in kind.
    if (digitsOf(candidate) !== digitsOf(wanted)) continue;
    if (longest < 4 || Math.abs(candidate.length - wanted.length) / longest > 0.3) continue;
    const score = 1 - distance(wanted.toLowerCase(), candidate.toLowerCase()) / longest;
    if (score >= 0.75 && score > (best?.score ?? 0)) best = { candidate, score };
  }
  return best?.candidate ?? null;
}

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '');
}

function wayTo(path: string, from: From): string {
  const way = relative(dirname(from.path ?? '/'), path)
    .split(sep)
    .join('/');
  return encodeURI(way);
}

function newFragment(link: OutgoingLink, anchor: string): Fix {
  const hash = link.target.indexOf('#');
  const text = `${link.target.slice(0, hash)}#${encodeURI(anchor)}`;
  return { description: `Link to \`#${anchor}\``, edits: [{ start: link.start, end: link.end, text }] };
}

function newPath(link: OutgoingLink, path: string): Fix {
  const rest = /[?#].*$/.exec(link.target)?.[0] ?? '';
  return {
    description: `Link to \`${path}\``,
    edits: [{ start: link.start, end: link.end, text: `${path}${rest}` }],
  };
}
