/** The work on single documents, as it is handed to a worker or done in this thread. All plain data. */
import type { DocumentSource, RecommendationDraft, Reviewed } from './api.ts';
import { type Checked, type CheckSettings, DocumentChecker } from './check-document.ts';
import { Findings } from './findings.ts';
import { readDocument } from './read-document.ts';
import { draftRecommendations } from './recommend.ts';

export type Job =
  | { readonly kind: 'check'; readonly files: readonly DocumentSource[] }
  | { readonly kind: 'recommend'; readonly reviewed: readonly Reviewed[] };

export type JobAnswer =
  | { readonly kind: 'check'; readonly checked: readonly Checked[] }
  | { readonly kind: 'recommend'; readonly drafts: readonly (readonly RecommendationDraft[])[] };

export class Jobs {
  readonly #settings: CheckSettings;
  readonly #checker: DocumentChecker;
  /** Counts everything, to compare before and after. */
  readonly #recommender: DocumentChecker;

  constructor(settings: CheckSettings) {
    this.#settings = settings;
    this.#checker = new DocumentChecker(settings);
    const limits = { ...settings.limits, maxFindingsPerRule: Number.MAX_SAFE_INTEGER };
    this.#recommender = new DocumentChecker({ ...settings, limits });
  }

  do(job: Job): JobAnswer {
    switch (job.kind) {
      case 'check':
        return { kind: 'check', checked: job.files.map((source) => this.#check(source)) };
      case 'recommend':
        return { kind: 'recommend', drafts: job.reviewed.map((reviewed) => this.#recommend(reviewed)) };
      default:
        return job satisfies never;
    }
  }

  #check(source: DocumentSource): Checked {
    const started = performance.now();
    const read = readDocument(source, this.#settings.limits.maxFileBytes);
    if (read.ok) {
      const checked = this.#checker.check(source.file, read.bytes);
      return { ...checked, result: { ...checked.result, ms: performance.now() - started } };
    }
    return { result: failedResult(source.file, read, this.#settings), pending: [] };
  }

  #recommend(reviewed: Reviewed): readonly RecommendationDraft[] {
    const read = readDocument(reviewed.source, this.#settings.limits.maxFileBytes);
    return read.ok ? draftRecommendations(reviewed, read.bytes, this.#recommender) : [];
  }
}

/** The result of a document of which nothing but the failure is known. */
export function failedResult(
  file: string,
  failure: { readonly rule: Parameters<Findings['own']>[1]; readonly message: string },
  settings: CheckSettings,
): Checked['result'] {
  const findings = new Findings(file, settings, null);
  findings.own('syntax', failure.rule, failure);
  return { file, bytes: 0, findings: findings.byTier(), facts: { anchors: [], links: [] }, ms: 0 };
}
