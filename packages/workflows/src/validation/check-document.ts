/** One document through every tier that needs only itself. Reads its bytes once, parses once. */
import type { FileResult, Tier } from './api.ts';
import { TruthChecker } from './check-truth.ts';
import { decodeText } from './decode-text.ts';
import { digestOf } from './digest.ts';
import { checkFences } from './fences/check-fences.ts';
import type { PendingCode } from './fences/pending.ts';
import { Findings, type Rules } from './findings.ts';
import { checkFrontMatter, readFrontMatter } from './front-matter.ts';
import type { FieldSchema } from './front-matter-schema.ts';
import { anchorsOf, checkHeadings } from './headings.ts';
import { fixOf, lintText, messageOf } from './lint.ts';
import type { MarkdownFacts } from './markdown-facts.ts';
import { isExternal } from './link-target.ts';
import { lintConfiguration, usesInterpreters } from './profile.ts';
import { checkSeo } from './seo.ts';
import { TextLines } from './text-lines.ts';
import type { Truth } from './truth.ts';

/** What all documents of an engine are checked against. Plain data: it travels to the workers. */
export type CheckSettings = Rules & {
  readonly tiers: readonly Tier[];
  readonly schema: FieldSchema | null;
  readonly truth: Truth | null;
};

/** `pending`: code whose own interpreter still has to look at it. */
export type Checked = { readonly result: FileResult; readonly pending: readonly PendingCode[] };

/** Lint findings that are about links. */
const LINK_RULES: ReadonlySet<string> = new Set(['MD011', 'MD042', 'MD052', 'MD053']);

export class DocumentChecker {
  readonly #settings: CheckSettings;
  readonly #config: ReturnType<typeof lintConfiguration>;
  readonly #truth: TruthChecker | null;

  constructor(settings: CheckSettings) {
    this.#settings = settings;
    this.#config = settings.tiers.includes('style') ? lintConfiguration(settings) : { default: false };
    this.#truth = settings.truth === null ? null : new TruthChecker(settings.truth);
  }

  check(file: string, bytes: Uint8Array): Checked {
    const started = performance.now();
    const digest = digestOf(bytes);
    const decoded = decodeText(bytes);
    if (!decoded.ok) {
      const findings = new Findings(file, this.#settings, null);
      findings.own('syntax', decoded.rule, decoded);
      const ms = performance.now() - started;
      return {
        result: { file, digest, bytes: bytes.length, findings: findings.byTier(), facts: NO_FACTS, ms },
        pending: [],
      };
    }
    const { findings, facts, pending } = this.#checkText(file, decoded.text);
    const ms = performance.now() - started;
    return { result: { file, digest, bytes: bytes.length, findings: findings.byTier(), facts, ms }, pending };
  }

  #checkText(
    file: string,
    text: string,
  ): { findings: Findings; facts: FileResult['facts']; pending: readonly PendingCode[] } {
    const has = (tier: Tier): boolean => this.#settings.tiers.includes(tier);
    const lines = new TextLines(text);
    const findings = new Findings(file, this.#settings, lines);
    const linted = lintText(text, { config: this.#config, prose: this.#truth !== null && has('content') });
    const shift = linted.frontMatterLines;
    const syntax = has('syntax') ? findings : new Findings(file, this.#settings, lines);
    const matter = readFrontMatter(lines, syntax);
    let pending: readonly PendingCode[] = [];
    if (has('syntax')) {
      if (text.startsWith('\uFEFF')) findings.own('syntax', 'file/byte-order-mark', BYTE_ORDER_MARK);
      if (this.#settings.schema !== null) checkFrontMatter(matter, this.#settings.schema, findings);
      const code = checkFences(linted.facts.fences, { lines, findings, shift });
      pending = usesInterpreters(this.#settings.profile) ? code : [];
    }
    if (has('style')) {
      for (const error of linted.errors) {
        const rule = error.ruleNames[0] ?? 'MD000';
        const fix = fixOf(error, lines);
        findings.add(LINK_RULES.has(rule) ? 'links' : 'style', rule, {
          at: { line: error.lineNumber, column: error.errorRange?.[0] ?? 1 },
          message: messageOf(error),
          ...(fix === undefined ? {} : { fix }),
        });
      }
      checkHeadings(linted.facts, shift, findings);
    }
    if (has('content')) {
      checkSeo({ matter, headings: linted.facts.headings, shift }, findings);
      this.#truth?.check(linted.facts.prose, { lines, findings, shift });
    }
    const wanted = (target: string): boolean => has(isExternal(target) ? 'external' : 'links');
    return { findings, facts: linkFacts(linted.facts, { lines, shift, wanted }), pending };
  }
}

const NO_FACTS: FileResult['facts'] = { anchors: [], links: [] };
const BYTE_ORDER_MARK = {
  message: 'The file starts with a byte order mark, which UTF-8 does not need and some tools show.',
  fix: { description: 'Remove the byte order mark', edits: [{ start: 0, end: 1, text: '' }] },
};

type LinkContext = {
  readonly lines: TextLines;
  readonly shift: number;
  readonly wanted: (target: string) => boolean;
};

/** Only what a later tier asks for is kept: most links of most documents are external. */
function linkFacts(facts: MarkdownFacts, context: LinkContext): FileResult['facts'] {
  const { lines, shift } = context;
  const links = facts.links
    .filter(({ target }) => context.wanted(target))
    .map((link) => {
      const line = link.line + shift;
      return {
        target: link.target,
        line,
        column: link.column,
        start: lines.offset(line, link.column),
        end: lines.offset(line, link.endColumn),
        excerpt: lines.excerpt(line),
        image: link.image,
      };
    });
  return { anchors: anchorsOf(facts), links };
}
