/** Compares what people read in a document with truth data. Code and addresses are left alone. */
import { distance } from 'fastest-levenshtein';
import type { Findings, Fix, Place } from './findings.ts';
import { type Prose, PROSE_BREAK, proseAt } from './markdown-facts.ts';
import type { TextLines } from './text-lines.ts';
import type { Truth } from './truth.ts';

type Word = { readonly text: string; readonly lower: string; readonly start: number; readonly end: number };
/** One way of writing a term, as words. */
type Spelling = { readonly words: readonly string[]; readonly text: string };
type Term = { readonly use: Spelling; readonly not: readonly Spelling[]; readonly product: boolean };
type Claim = {
  readonly words: readonly string[];
  readonly phrase: string;
  readonly reason: string | undefined;
};

/** Shorter words are too often one slip away from other words. */
const MIN_FUZZY_LENGTH = 5;

export type Context = { readonly lines: TextLines; readonly findings: Findings; readonly shift: number };

/** Made once for an engine, used for each document. */
export class TruthChecker {
  readonly #truth: Truth;
  readonly #terms: readonly Term[];
  readonly #claims: readonly Claim[];
  readonly #versions: readonly { name: string; pattern: RegExp; versions: readonly string[] }[];
  /** Fuzzy answers for words seen before: documents repeat themselves. */
  readonly #seen = new Map<string, { term: Term; score: number } | null>();

  constructor(truth: Truth) {
    this.#truth = truth;
    this.#terms = [
      ...truth.terms.map(({ use, not }) => ({ use: spelling(use), not: not.map(spelling), product: false })),
      ...truth.products.map(({ name }) => ({ use: spelling(name), not: [], product: true })),
    ];
    this.#claims = truth.forbidden.map(({ phrase, reason }) => ({
      words: wordsOf(phrase).map(({ lower }) => lower),
      phrase,
      reason,
    }));
    this.#versions = truth.products
      .filter(({ versions }) => versions.length > 0)
      .map(({ name, versions }) => ({
        name,
        versions,
        pattern: new RegExp(
          `(?<![\\p{L}\\p{N}])${escaped(name)}\\s+(?:version\\s+|v\\.?\\s?)?(\\d+(?:\\.\\d+)*(?:-[\\w.]+)?)(?![\\p{L}\\d])`,
          'giu',
        ),
      }));
  }

  check(proses: readonly Prose[], context: Context): void {
    for (const prose of proses) {
      const words = wordsOf(prose.text);
      const taken = new Set<number>();
      this.#checkClaims(prose, words, taken, context);
      this.#checkTerms(prose, words, taken, context);
      this.#checkVersions(prose, context);
    }
  }

  #checkTerms(prose: Prose, words: readonly Word[], taken: Set<number>, context: Context): void {
    for (let at = 0; at < words.length; at++) {
      for (const term of this.#terms) {
        if (taken.has(at)) break;
        const found = writtenOtherwise(prose.text, words, { at, term });
        if (found === null) continue;
        for (let word = at; word < at + found.words; word++) taken.add(word);
        if (found.text === term.use.text) break;
        context.findings.own('content', 'truth/term', {
          at: placeOf(prose, found.start, context),
          message: `Write “${term.use.text}”, not “${found.text}”.`,
          fix: replacement(prose, { ...found, text: term.use.text }, context),
        });
      }
    }
    if (this.#truth.similarity === null) return;
    for (let at = 0; at < words.length; at++) {
      const word = words[at];
      if (word === undefined || taken.has(at)) continue;
      const near = this.#nearest(word.text);
      if (near === null) continue;
      context.findings.own('content', 'truth/spelling', {
        at: placeOf(prose, word.start, context),
        message: `“${word.text}” looks like “${near.term.use.text}” (similarity ${near.score.toFixed(2)}).`,
        fix: replacement(prose, { start: word.start, end: word.end, text: near.term.use.text }, context),
      });
    }
  }

  #nearest(word: string): { term: Term; score: number } | null {
    if (word.length < MIN_FUZZY_LENGTH) return null;
    const known = this.#seen.get(word);
    if (known !== undefined) return known;
    let best: { term: Term; score: number } | null = null;
    const lower = word.toLowerCase();
    for (const term of this.#terms) {
      const [use] = term.use.words;
      if (use === undefined || term.use.words.length !== 1 || use.length < MIN_FUZZY_LENGTH) continue;
      // Inflections and compounds are the term itself, written right.
      if (lower.startsWith(use) || use.startsWith(lower)) continue;
      const score = similarity(lower, use);
      if (score >= (this.#truth.similarity ?? 1) && score > (best?.score ?? 0)) best = { term, score };
    }
    this.#seen.set(word, best);
    return best;
  }

  #checkClaims(prose: Prose, words: readonly Word[], taken: Set<number>, context: Context): void {
    for (const claim of this.#claims) {
      const size = claim.words.length;
      const wanted = claim.words.join(' ');
      for (let at = 0; at + size <= words.length; at++) {
        const window = words.slice(at, at + size);
        const [first, last] = [window[0], window.at(-1)];
        if (first === undefined || last === undefined) continue;
        if (prose.text.slice(first.start, last.end).includes(PROSE_BREAK)) continue;
        const score = similarity(window.map(({ lower }) => lower).join(' '), wanted);
        if (score < (this.#truth.similarity ?? 1)) continue;
        const said = prose.text.slice(first.start, last.end);
        const shown = score === 1 ? '' : ` (similarity ${score.toFixed(2)} to “${claim.phrase}”)`;
        const because = claim.reason === undefined ? '' : ` ${claim.reason}`;
        context.findings.own('content', 'truth/forbidden', {
          at: placeOf(prose, first.start, context),
          message: `“${said}” must not be claimed${shown}.${because}`,
        });
        for (let word = at; word < at + size; word++) taken.add(word);
        at += size - 1;
      }
    }
  }

  #checkVersions(prose: Prose, context: Context): void {
    for (const { name, versions, pattern } of this.#versions) {
      for (const match of prose.text.matchAll(pattern)) {
        const said = match[1] ?? '';
        // “2” and “2.1” are fine to say when there is a 2.1.4.
        if (versions.some((version) => version === said || version.startsWith(`${said}.`))) continue;
        const start = match.index + match[0].length - said.length;
        context.findings.own('content', 'truth/version', {
          at: placeOf(prose, start, context),
          message: `There is no ${name} ${said}; its versions are ${versions.join(', ')}.`,
        });
      }
    }
  }
}

function spelling(text: string): Spelling {
  return { text, words: wordsOf(text).map(({ lower }) => lower) };
}

function wordsOf(text: string): readonly Word[] {
  return [...text.matchAll(/[\p{L}\p{N}](?:[\p{L}\p{N}+#%]|[.'’_-](?=[\p{L}\p{N}]))*/gu)].map((match) => ({
    text: match[0],
    lower: match[0].toLowerCase(),
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** The term at this word, in whatever writing; null when it is not there. */
function writtenOtherwise(
  text: string,
  words: readonly Word[],
  options: { at: number; term: Term },
): { start: number; end: number; text: string; words: number } | null {
  const { at, term } = options;
  for (const variant of [term.use, ...term.not]) {
    const size = variant.words.length;
    if (size === 0 || !variant.words.every((word, index) => words[at + index]?.lower === word)) continue;
    const [first, last] = [words[at], words[at + size - 1]];
    if (first === undefined || last === undefined) continue;
    const said = text.slice(first.start, last.end);
    if (said.includes(PROSE_BREAK)) continue;
    const found = { start: first.start, end: last.end, words: size };
    const onlyCase = said.toLowerCase() === term.use.text.toLowerCase();
    // A capital at the start of a sentence, headings in capitals, and names used as plain words are no mistakes.
    const accepted =
      onlyCase &&
      !term.not.some((other) => other.text === said) &&
      !hasInnerCapital(term.use.text) &&
      !term.product;
    const shouted = onlyCase && said === said.toUpperCase() && said.length > 3;
    return { ...found, text: accepted || shouted ? term.use.text : said };
  }
  return null;
}

/** For a regular expression with the flag `u`. */
function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function hasInnerCapital(text: string): boolean {
  return /.\p{Lu}/u.test(text);
}

function similarity(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  if (longest === 0) return 1;
  // Far apart in length is far apart in letters: most pairs end here.
  if (Math.abs(a.length - b.length) / longest > 0.5) return 0;
  return 1 - (swapsTwo(a, b) ? 1 : distance(a, b)) / longest;
}

/** Two neighbouring letters that changed places are one slip, not two. */
function swapsTwo(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}

function placeOf(prose: Prose, at: number, context: Context): Place {
  const { line, column } = proseAt(prose, at);
  return { line: line + context.shift, column };
}

function replacement(
  prose: Prose,
  found: { start: number; end: number; text: string },
  context: Context,
): Fix {
  const from = placeOf(prose, found.start, context);
  const to = placeOf(prose, found.end - 1, context);
  const start = context.lines.offset(from.line, from.column);
  const end = context.lines.offset(to.line, to.column) + 1;
  return { description: `Write “${found.text}”`, edits: [{ start, end, text: found.text }] };
}
