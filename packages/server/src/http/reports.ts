/** A run's findings as one document. Provided by whoever knows the workflow's kind. */

export const REPORT_FORMATS = ['json', 'md', 'sarif'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export const REPORT_MEDIA_TYPES = {
  json: 'application/json',
  md: 'text/markdown; charset=utf-8',
  sarif: 'application/sarif+json',
} as const satisfies Record<ReportFormat, string>;

export type ReportResult =
  | { readonly ok: true; readonly text: string }
  /** No such run, or it is of a kind that has no report, or not far enough. */
  | { readonly ok: false; readonly code: 'not_found' | 'state_conflict'; readonly detail: string };

export type Reports = (workflow: string, format: ReportFormat) => Promise<ReportResult>;
