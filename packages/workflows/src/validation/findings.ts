/** Collects the findings of one document, with the severity of the profile and a bound for each rule. */
import type { Finding, TextEdit } from '@greenlight/protocol/review';
import type { Tier } from './api.ts';
import type { ValidationInput } from './input.ts';
import type { OwnRule } from './own-rules.ts';
import { severityOf } from './profile.ts';
import type { TextLines } from './text-lines.ts';

export type Place = { readonly line: number; readonly column: number };
export type Fix = { readonly description: string; readonly edits: readonly TextEdit[] };
export type Rules = Pick<ValidationInput, 'profile' | 'rules' | 'limits'>;

export class Findings {
  readonly #file: string;
  readonly #rules: Rules;
  readonly #lines: TextLines | null;
  readonly #kept = new Map<Tier, Finding[]>();
  readonly #counts = new Map<string, { tier: Tier; count: number }>();

  constructor(file: string, rules: Rules, lines: TextLines | null) {
    this.#file = file;
    this.#rules = rules;
    this.#lines = lines;
  }

  own(tier: Tier, rule: OwnRule, what: { at?: Place; message: string; fix?: Fix }): void {
    this.add(tier, rule, { ...what, at: what.at ?? { line: 1, column: 1 } });
  }

  add(tier: Tier, rule: string, what: { at: Place; message: string; fix?: Fix; excerpt?: string }): void {
    const severity = severityOf(rule, this.#rules);
    if (severity === null) return;
    const seen = this.#counts.get(rule);
    const count = (seen?.count ?? 0) + 1;
    this.#counts.set(rule, { tier, count });
    if (count > this.#rules.limits.maxFindingsPerRule) return;
    const finding: Finding = {
      rule,
      severity,
      file: this.#file,
      line: what.at.line,
      column: what.at.column,
      message: what.message,
      excerpt: what.excerpt ?? this.#lines?.excerpt(what.at.line) ?? '',
      ...(what.fix === undefined ? {} : { fix: what.fix }),
    };
    const kept = this.#kept.get(tier);
    if (kept === undefined) this.#kept.set(tier, [finding]);
    else kept.push(finding);
  }

  /** By tier, each in the order of the document. */
  byTier(): Partial<Record<Tier, Finding[]>> {
    const limit = this.#rules.limits.maxFindingsPerRule;
    for (const [rule, { tier, count }] of this.#counts) {
      if (count <= limit || rule === 'file/more-findings') continue;
      const message = `${rule} has ${count - limit} more findings here; ${limit} are kept (\`limits.maxFindingsPerRule\`).`;
      this.own(tier, 'file/more-findings', { message });
    }
    const result: Partial<Record<Tier, Finding[]>> = {};
    for (const [tier, findings] of this.#kept) result[tier] = findings.toSorted(byPlace);
    return result;
  }
}

export function byPlace(a: Finding, b: Finding): number {
  return a.line - b.line || a.column - b.column || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0);
}
