/**
 * What validation gives to its users: the run that the gateway executes and the command that works alone.
 * It knows nothing of logs, runs or HTTP. Where each function lives:
 *
 * - `input.ts`      `parseValidationInput(value, defaults?): ParsedValidation`
 * - `discover.ts`   `discover(input, { roots, cwd?, signal? }): Promise<Discovery>`
 * - `engine.ts`     `createEngine({ input, roots, cwd?, concurrency?, signal?, … }): Promise<EngineCreated>`
 * - `summarise.ts`  `newSummary()`, `addToSummary(summary, findings, profile)`, `verdictOf(counts, profile)`
 * - `report.ts`     `renderReport(report, 'json' | 'md' | 'sarif'): string`
 * - `edits.ts`      `applyEdits(text, edits): string`
 * - `digest.ts`     `digestOf(bytes): string`
 * - `validate.ts`   `validate(input, { roots, cwd?, signal?, onProgress?, … }): Promise<ValidateResult>`: all of it
 */
import type { Finding, Recommendation, SeverityCounts } from '@greenlight/protocol/review';
import type { Profile } from './input.ts';

export type { Profile, ValidationInput } from './input.ts';

/** In the order in which they are reported. */
export const TIERS = ['syntax', 'style', 'content', 'links', 'external'] as const;
export type Tier = (typeof TIERS)[number];

/** One document to look at: a file inside a root, or text that came with the input. */
export type DocumentSource = {
  /** Relative to the start folder, with `/`; the given name for inline text. */
  readonly file: string;
  /** Real absolute path, symlinks resolved; absent for inline text. */
  readonly path?: string;
  readonly text?: string;
};

export type Discovery = {
  /** Sorted by name, each document once. */
  readonly files: readonly DocumentSource[];
  /** What was named but cannot be read: outside the roots, missing, symlink loops, unreadable folders. */
  readonly findings: readonly Finding[];
};

/** Where a link of a document leads; kept until all documents were seen. */
export type OutgoingLink = {
  readonly target: string;
  readonly line: number;
  readonly column: number;
  /** Offsets of the target in the text, for an edit. */
  readonly start: number;
  readonly end: number;
  readonly excerpt: string;
  readonly image: boolean;
};

/** What a document offers to and wants from others. Plain JSON. */
export type LinkFacts = {
  readonly anchors: readonly string[];
  readonly links: readonly OutgoingLink[];
};

/** One document seen through the tiers that need only itself. Plain JSON. */
export type FileResult = {
  readonly file: string;
  /** `sha256:<hex>` of the bytes that were read; absent when they could not be. */
  readonly digest?: string;
  readonly bytes: number;
  readonly findings: Readonly<Partial<Record<Tier, readonly Finding[]>>>;
  readonly facts: LinkFacts;
  readonly ms: number;
};

/** What `links` and `external` found in one document. */
export type TierResult = {
  readonly file: string;
  readonly tier: Tier;
  readonly findings: readonly Finding[];
};

export type Hooks<Result> = {
  /** In the order of the files, one call at a time. */
  readonly onResult: (result: Result) => void;
  /** Awaited before each piece of work is handed out: pause here. */
  readonly gate?: () => Promise<void>;
};

/** What `recommend` needs to know of a document: all its findings, and of which bytes. */
export type Reviewed = {
  readonly source: DocumentSource;
  readonly digest: string;
  readonly findings: readonly Finding[];
};

export type RecommendationDraft = Pick<
  Recommendation,
  'file' | 'title' | 'why' | 'confidence' | 'rules' | 'patch' | 'edits' | 'digest'
>;

/**
 * Each method rejects with the signal's reason when it is aborted (no work goes on after that),
 * and otherwise only for bugs: what is wrong with a document is a finding.
 */
export interface Engine {
  /** The tiers of the profile, so that a caller can announce them. */
  readonly tiers: readonly Tier[];
  /** Reads and parses each file once. Its facts are kept for `links`; texts are not. */
  run(files: readonly DocumentSource[], hooks: Hooks<FileResult>): Promise<void>;
  /** Takes the facts of a result from an earlier life of the run, so that its file need not be read again. */
  restore(source: DocumentSource, result: Pick<FileResult, 'facts' | 'file'>): void;
  /** Checks the links of all files that were run or restored. Only documents with findings are reported. */
  links(hooks: Hooks<TierResult>): Promise<void>;
  /** Asks the web about external links; does nothing unless the input asked for it. */
  external(hooks: Hooks<TierResult>): Promise<void>;
  /** Drafts for the fixable findings of these documents, checked by validating the patched text again. */
  recommend(reviewed: readonly Reviewed[], hooks: Hooks<RecommendationDraft>): Promise<void>;
  /** Ends workers and child processes. */
  close(): Promise<void>;
}

export type EngineCreated =
  | { readonly ok: true; readonly engine: Engine }
  /** The schema or truth file cannot be used; a sentence that says why. */
  | { readonly ok: false; readonly detail: string };

export type Summary = {
  files: number;
  failed: number;
  counts: Record<keyof SeverityCounts, number>;
  /** Findings by rule. */
  rules: Record<string, number>;
  recommendations: number;
};

export type FileSummary = {
  readonly file: string;
  readonly digest?: string;
  readonly verdict: 'pass' | 'fail';
  readonly counts: SeverityCounts;
};

export type Report = {
  readonly tool: { readonly name: 'greenlight'; readonly version: string };
  readonly startedAt: string;
  readonly endedAt: string;
  /** The start folder's name for people; never an absolute path of the machine. */
  readonly root: string;
  readonly profile: Profile;
  readonly summary: Summary;
  readonly findings: readonly Finding[];
  readonly files: readonly FileSummary[];
  readonly recommendations: readonly RecommendationDraft[];
  /** Somebody of a simulated sign-in had a hand in the run. */
  readonly simulated?: true;
};

export type ValidateResult =
  | { readonly ok: true; readonly report: Report }
  | { readonly ok: false; readonly detail: string };

export type ValidateProgress =
  | { readonly kind: 'discovered'; readonly files: number }
  | { readonly kind: 'file'; readonly result: FileResult; readonly completed: number; readonly total: number }
  | { readonly kind: 'tier'; readonly tier: Tier | 'recommend'; readonly state: 'started' | 'completed' };
