/** The report of a validation run, put together from its records. */
import { basename } from 'node:path';
import type { Log } from '@greenlight/log/log';
import { simulatedMark } from '@greenlight/protocol/event';
import type { Recommendation, Validation } from '@greenlight/protocol/review';
import type { RunSnapshot } from '@greenlight/protocol/run';
import type { Runs } from '@greenlight/runs/runs';
import { pagesOf, RECOMMENDATIONS, toRecommendation, VALIDATIONS } from './collections.ts';
import type { FileSummary, RecommendationDraft, Report } from './validation/api.ts';
import { parseValidationInput } from './validation/input.ts';
import { renderReport, type ReportFormat } from './validation/report.ts';
import { addToSummary, newSummary } from './validation/summarise.ts';

export type ReportResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly code: 'not_found'; readonly detail: string };

/** A run that is still going gives what it has so far. */
export type Reports = (id: string, format: ReportFormat) => Promise<ReportResult>;

export type ReportsOptions = {
  readonly log: Log;
  readonly runs: Pick<Runs, 'get'>;
  /** The start folder; only its name is shown. */
  readonly cwd: string;
  /** Of Greenlight. */
  readonly version: string;
  readonly clock: () => number;
};

export function createReports({ log, runs, cwd, version, clock }: ReportsOptions): Reports {
  async function reportOf(run: RunSnapshot): Promise<Report> {
    const parsed = parseValidationInput(run.input);
    const profile = parsed.ok ? parsed.input.profile : 'default';
    const summary = newSummary();
    const findings: Validation['findings'][number][] = [];
    const files: FileSummary[] = [];
    for await (const page of pagesOf(log, VALIDATIONS, { parent: run.id }))
      for (const { value } of page) {
        const validation = value as Validation;
        const { file, digest, verdict, counts } = validation;
        addToSummary(summary, validation.findings, profile);
        findings.push(...validation.findings);
        files.push({ file, verdict, counts, ...(digest !== undefined && { digest }) });
      }
    const recommendations: RecommendationDraft[] = [];
    for await (const page of pagesOf(log, RECOMMENDATIONS, { parent: run.id }))
      recommendations.push(...page.map(toRecommendation).map(draftOf));
    return {
      tool: { name: 'greenlight', version },
      startedAt: run.startedAt ?? run.createdAt,
      endedAt: run.endedAt ?? new Date(clock()).toISOString(),
      root: basename(cwd),
      profile,
      summary: { ...summary, recommendations: recommendations.length },
      findings,
      files,
      recommendations,
      ...simulatedMark(run),
    };
  }

  return async (id, format) => {
    const found = await runs.get(id);
    if (!found) return notFound(`There is no run ${JSON.stringify(id)}.`);
    if (found.run.kind !== 'validation')
      return notFound(
        `Only validations have a report; this run is of kind ${JSON.stringify(found.run.kind)}.`,
      );
    return { ok: true, text: renderReport(await reportOf(found.run), format) };
  };
}

const draftOf = ({
  file,
  title,
  why,
  confidence,
  rules,
  patch,
  edits,
  digest,
}: Recommendation): RecommendationDraft => ({ file, title, why, confidence, rules, patch, edits, digest });

const notFound = (detail: string): ReportResult => ({ ok: false, code: 'not_found', detail });
