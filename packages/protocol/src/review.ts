/** Validation results and recommendations, as REST, events and pages carry them. */

export const SEVERITIES = ['error', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type TextEdit = {
  /** Character offsets (UTF-16 code units) into the reviewed text, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
};

export type Finding = {
  readonly rule: string;
  readonly severity: Severity;
  /** Path relative to the run's root, with `/`. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
  readonly message: string;
  readonly excerpt: string;
  /** What would remove it, where a machine can say. */
  readonly fix?: { readonly description: string; readonly edits: readonly TextEdit[] };
};

export type SeverityCounts = Readonly<Record<Severity, number>>;

export const REVIEW_STATES = ['open', 'approved', 'rejected'] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];

/** One document's result in one run. */
export type Validation = {
  readonly id: string;
  readonly workflow: string;
  readonly file: string;
  /** `sha256:<hex>` of the bytes that were read; absent when they could not be. */
  readonly digest?: string;
  readonly verdict: 'pass' | 'fail';
  readonly counts: SeverityCounts;
  readonly findings: readonly Finding[];
  readonly createdAt: string;
  /** Its run was simulated. */
  readonly simulated?: true;
};

export type RecommendationState = 'open' | 'approved' | 'rejected' | 'applied' | 'undone';

export type Recommendation = {
  readonly id: string;
  readonly workflow: string;
  readonly file: string;
  readonly title: string;
  /** Why, in a sentence or two. */
  readonly why: string;
  /** 0 to 1: how sure the rule is that its patch is right. */
  readonly confidence: number;
  /** The rules whose findings it would remove. */
  readonly rules: readonly string[];
  /** Unified diff for people. */
  readonly patch: string;
  readonly edits: readonly TextEdit[];
  /** `sha256:<hex>` of the content that was reviewed; it is applied to nothing else. */
  readonly digest: string;
  readonly state: RecommendationState;
  /** 1 when it was made, 1 more with each decision. A decision names the one that the reviewer saw. */
  readonly version: number;
  readonly decidedBy?: string;
  readonly decidedAt?: string;
  readonly createdAt: string;
  /** Its run, or whoever decided on it, was simulated. */
  readonly simulated?: true;
};
