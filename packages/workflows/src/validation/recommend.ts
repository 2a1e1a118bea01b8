/** From the fixable findings of one document to changes that a person can approve, each checked by validating again. */
import type { Finding, TextEdit } from '@greenlight/protocol/review';
import { createTwoFilesPatch } from 'diff';
import type { FileResult, RecommendationDraft, Reviewed } from './api.ts';
import type { DocumentChecker } from './check-document.ts';
import { decodeText } from './decode-text.ts';
import { applyEdits, withEdits } from './edits.ts';

type Kind = { readonly title: string; readonly confidence: number; readonly rules: RegExp };

/** What is decided together. The first kind that covers a rule takes it. */
const KINDS: readonly Kind[] = [
  {
    title: 'Tidy white space',
    confidence: 0.99,
    rules: /^(?:MD009|MD010|MD012|MD027|MD047|file\/byte-order-mark)$/,
  },
  { title: 'Set headings apart', confidence: 0.97, rules: /^MD0(?:18|19|20|21|22|23|26)$/ },
  { title: 'Even out lists', confidence: 0.93, rules: /^MD0(?:04|05|07|29|30|32)$/ },
  { title: 'Set code apart', confidence: 0.95, rules: /^MD0(?:14|31|38)$/ },
  { title: 'Correct language tags', confidence: 0.85, rules: /^fence\// },
  { title: 'Correct emphasis', confidence: 0.9, rules: /^MD0(?:37|49|50)$/ },
  { title: 'Correct tables', confidence: 0.95, rules: /^MD0(?:55|58|60)$/ },
  { title: 'Correct anchors', confidence: 0.95, rules: /^links\/anchor-case$/ },
  { title: 'Repair links', confidence: 0.7, rules: /^links\// },
  { title: 'Follow moved addresses', confidence: 0.8, rules: /^external\// },
  { title: 'Tidy links', confidence: 0.9, rules: /^MD0(?:11|34|39|51|52|53|54)$/ },
  { title: 'Use the agreed terms', confidence: 0.9, rules: /^truth\/term$/ },
  { title: 'Correct the spelling of terms', confidence: 0.6, rules: /^truth\// },
  { title: 'Correct style', confidence: 0.85, rules: /./ },
];

/** A warning or note that a patch brings with it takes this much of the confidence. */
const NEW_FINDING_COST = 0.2;
/** Patches take no longer than this to compute. Milliseconds. */
const PATCH_TIMEOUT = 2_000;

type Document = {
  readonly reviewed: Reviewed;
  readonly text: string;
  readonly before: ReadonlyMap<string, number>;
};
type Group = { readonly kind: Kind; readonly findings: readonly Finding[] };

/** None when the document is no longer the one that was reviewed. */
export function draftRecommendations(
  reviewed: Reviewed,
  bytes: Uint8Array,
  checker: DocumentChecker,
): readonly RecommendationDraft[] {
  const decoded = decodeText(bytes);
  if (!decoded.ok) return [];
  const now = checker.check(reviewed.source.file, bytes).result;
  if (now.digest !== reviewed.digest) return [];
  const own = all(now);
  // Links are judged among all documents, so their findings come with the review.
  const others = reviewed.findings.filter(({ rule }) => /^(?:links|external)\//.test(rule));
  const fixable = [...own, ...others].filter(({ fix }) => fix !== undefined);
  const document = { reviewed, text: decoded.text, before: countByRule(own) };
  return KINDS.flatMap((kind) => {
    const findings = fixable.filter(({ rule }) => KINDS.find(({ rules }) => rules.test(rule)) === kind);
    return findings.length === 0 ? [] : draftGroup({ kind, findings }, document, checker);
  });
}

/** All rules of a kind together; where that does harm, each alone. */
function draftGroup(
  group: Group,
  document: Document,
  checker: DocumentChecker,
): readonly RecommendationDraft[] {
  const together = draft(group, document, checker);
  if (together !== null) return [together];
  const rules = [...new Set(group.findings.map(({ rule }) => rule))];
  if (rules.length === 1) return [];
  return rules
    .map((rule) =>
      draft(
        { ...group, findings: group.findings.filter((finding) => finding.rule === rule) },
        document,
        checker,
      ),
    )
    .filter((one) => one !== null);
}

function draft(group: Group, document: Document, checker: DocumentChecker): RecommendationDraft | null {
  const { text, before, reviewed } = document;
  let edits: readonly TextEdit[] = [];
  const fixed: Finding[] = [];
  for (const finding of group.findings) {
    const merged = withEdits(edits, finding.fix?.edits ?? []);
    if (merged === null) continue;
    edits = merged;
    fixed.push(finding);
  }
  const patched = applyEdits(text, edits);
  if (patched === text) return null;
  const after = all(checker.check(reviewed.source.file, Buffer.from(patched)).result);
  const counts = countByRule(after);
  const rules = [...new Set(fixed.map(({ rule }) => rule))].toSorted();
  const proven = rules.filter((rule) => before.has(rule));
  if (!proven.every((rule) => (counts.get(rule) ?? 0) < (before.get(rule) ?? 0))) return null;
  const added = after.filter(({ rule }) => (counts.get(rule) ?? 0) > (before.get(rule) ?? 0));
  if (added.some(({ severity }) => severity === 'error')) return null;
  const patch = createTwoFilesPatch(
    reviewed.source.file,
    reviewed.source.file,
    text,
    patched,
    undefined,
    undefined,
    {
      context: 3,
      timeout: PATCH_TIMEOUT,
    },
  );
  if (patch === undefined) return null;
  const news = [...new Set(added.map(({ rule }) => rule))];
  const confidence = Math.max(0.1, group.kind.confidence - NEW_FINDING_COST * news.length);
  return {
    file: reviewed.source.file,
    title: `${group.kind.title} (${fixed.length === 1 ? '1 place' : `${fixed.length} places`})`,
    why: explain({ fixed, rules, proven, news, cleared: proven.every((rule) => !counts.has(rule)) }),
    confidence: Math.round(confidence * 100) / 100,
    rules,
    patch,
    edits,
    digest: reviewed.digest,
  };
}

type Evidence = {
  readonly fixed: readonly Finding[];
  readonly rules: readonly string[];
  readonly proven: readonly string[];
  readonly news: readonly string[];
  /** None of the proven rules has a finding left. */
  readonly cleared: boolean;
};

function explain({ fixed, rules, proven, news, cleared }: Evidence): string {
  const [first] = fixed;
  const what =
    fixed.length === 1 && first !== undefined
      ? `${first.rule}: ${first.message.replace(/\.?$/, '.')}`
      : `It answers ${fixed.length} findings of ${rules.join(', ')}.`;
  const checked =
    proven.length === rules.length
      ? `The patched text was validated again: they are ${cleared ? 'gone' : 'fewer'}`
      : 'What it leads to was seen to exist, and the patched text was validated again';
  const result = news.length === 0 ? 'nothing new appears.' : `these appear: ${news.join(', ')}.`;
  return `${what} ${checked}; ${result}`;
}

function all(result: FileResult): readonly Finding[] {
  return Object.values(result.findings).flat();
}

function countByRule(findings: readonly Finding[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return counts;
}
