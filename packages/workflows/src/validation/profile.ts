/** What a profile means: which tiers run, how the linter is set, how severe findings are. */
import type { Severity } from '@greenlight/protocol/review';
import type { Configuration } from 'markdownlint';
import type { Tier } from './api.ts';
import type { Profile, ValidationInput } from './input.ts';
import { OWN_RULES, isOwnRule } from './own-rules.ts';

const PROFILE_TIERS: Record<Profile, readonly Tier[]> = {
  strict: ['syntax', 'style', 'content', 'links'],
  default: ['syntax', 'style', 'content', 'links'],
  quick: ['syntax', 'style'],
  content_only: ['content'],
};

export function tiersOf(input: Pick<ValidationInput, 'profile' | 'external'>): readonly Tier[] {
  const tiers = PROFILE_TIERS[input.profile];
  return input.external === null ? tiers : [...tiers, 'external'];
}

/** `quick` starts no interpreters. */
export function usesInterpreters(profile: Profile): boolean {
  return profile === 'default' || profile === 'strict';
}

/**
 * An ordinary, well-formed page is clean: rules about a house style that many projects do not share wait for
 * `strict`. MD051 is off because `links/missing-anchor` knows the other documents too.
 */
const ORDINARY: Configuration = {
  default: true,
  MD003: false,
  MD007: false,
  MD010: { code_blocks: false },
  MD013: false,
  MD014: false,
  MD024: { siblings_only: true },
  MD025: { front_matter_title: '' },
  MD030: false,
  MD033: false,
  MD035: false,
  MD041: false,
  MD046: false,
  MD048: false,
  MD049: false,
  MD050: false,
  MD051: false,
  MD055: false,
  MD060: false,
};

const STRICT: Configuration = {
  default: true,
  MD010: { code_blocks: false },
  MD013: { line_length: 120, code_blocks: false, tables: false },
  MD024: { siblings_only: true },
  MD025: { front_matter_title: '' },
  MD033: {
    allowed_elements: ['a', 'br', 'details', 'img', 'kbd', 'p', 'picture', 'source', 'sub', 'summary', 'sup'],
  },
  MD041: { allow_preamble: true },
  MD051: false,
  MD060: false,
};

export function lintConfiguration(input: Pick<ValidationInput, 'profile' | 'rules'>): Configuration {
  const base = { ...(input.profile === 'strict' ? STRICT : ORDINARY) };
  for (const [rule, level] of Object.entries(input.rules)) {
    if (!/^MD\d{3}$/.test(rule)) continue;
    base[rule] = level === 'off' ? false : base[rule] || true;
  }
  return base;
}

/** What the page shows is wrong: text is lost or a link or heading does not come out. */
const LINT_ERRORS = new Set(['MD011', 'MD018', 'MD020', 'MD042', 'MD052', 'MD056']);
/** Matters of taste and tidiness. */
const LINT_NOTES = new Set(
  (
    'MD003 MD004 MD005 MD007 MD009 MD010 MD012 MD013 MD014 MD019 MD021 MD023 MD026 MD027 MD028 MD029 MD030 MD033 ' +
    'MD034 MD035 MD036 MD040 MD046 MD047 MD048 MD049 MD050 MD054 MD055 MD059 MD060'
  ).split(' '),
);

const RAISED: Record<Severity, Severity> = { info: 'warning', warning: 'error', error: 'error' };
/** Says something about the check and nothing about the document: it stays a note in every profile. */
const NEVER_RAISED = new Set([
  'file/more-findings',
  'fence/not-checked',
  'external/not-asked',
  'external/unverified',
]);

/** How severe a finding of this rule is, null when the rule is off. */
export function severityOf(rule: string, input: Pick<ValidationInput, 'profile' | 'rules'>): Severity | null {
  const asked = input.rules[rule];
  if (asked !== undefined) return asked === 'off' ? null : asked;
  const ordinary: Severity = isOwnRule(rule)
    ? OWN_RULES[rule].severity
    : LINT_ERRORS.has(rule)
      ? 'error'
      : LINT_NOTES.has(rule)
        ? 'info'
        : 'warning';
  return input.profile === 'strict' && !NEVER_RAISED.has(rule) ? RAISED[ordinary] : ordinary;
}
