/** One report, three ways to write it: for programs, for people, and for tools that read SARIF. */
import type { Report } from './api.ts';
import { markdownReport } from './report-markdown.ts';
import { sarifReport } from './report-sarif.ts';

export const REPORT_FORMATS = ['json', 'md', 'sarif'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export function renderReport(report: Report, format: ReportFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'md':
      return markdownReport(report);
    case 'sarif':
      return `${JSON.stringify(sarifReport(report), null, 2)}\n`;
    default:
      return format satisfies never;
  }
}
