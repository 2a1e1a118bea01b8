/** SARIF 2.1.0 (OASIS), as code scanning services read it. */
import type { Finding, Severity } from '@greenlight/protocol/review';
import type { Report } from './api.ts';
import { OWN_RULES, isOwnRule } from './own-rules.ts';
import { titleOfRule } from './rule-titles.ts';

const LEVELS: Record<Severity, 'error' | 'warning' | 'note'> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};
const LINTER_DOCS = 'https://github.com/DavidAnson/markdownlint/blob/main/doc';

export function sarifReport(report: Report): object {
  const ids = [...new Set(report.findings.map(({ rule }) => rule))].toSorted();
  const indexes = new Map(ids.map((id, index) => [id, index]));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: report.tool.name, semanticVersion: report.tool.version, rules: ids.map(rule) },
        },
        invocations: [
          { executionSuccessful: true, startTimeUtc: report.startedAt, endTimeUtc: report.endedAt },
        ],
        columnKind: 'utf16CodeUnits',
        // SARIF 2.1.0 section 3.8: what the format has no word of its own for.
        ...(report.simulated && { properties: { simulated: true } }),
        results: report.findings.map((finding) => result(finding, indexes.get(finding.rule) ?? -1)),
      },
    ],
  };
}

function rule(id: string): object {
  const own = isOwnRule(id);
  return {
    id,
    shortDescription: { text: titleOfRule(id) },
    ...(own ? { defaultConfiguration: { level: LEVELS[OWN_RULES[id].severity] } } : {}),
    ...(/^MD\d{3}$/.test(id) ? { helpUri: `${LINTER_DOCS}/${id.toLowerCase()}.md` } : {}),
  };
}

function result(finding: Finding, ruleIndex: number): object {
  const artifactLocation = { uri: encodeURI(finding.file).replaceAll(/[?#]/g, encodeURIComponent) };
  const region = {
    startLine: finding.line,
    startColumn: finding.column,
    ...(finding.excerpt === '' ? {} : { snippet: { text: finding.excerpt } }),
  };
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: LEVELS[finding.severity],
    message: { text: finding.message },
    locations: [{ physicalLocation: { artifactLocation, region } }],
    ...(finding.fix === undefined ? {} : { fixes: [fix(finding.fix, artifactLocation)] }),
  };
}

function fix({ description, edits }: NonNullable<Finding['fix']>, artifactLocation: object): object {
  return {
    description: { text: description },
    artifactChanges: [
      {
        artifactLocation,
        replacements: edits.map(({ start, end, text }) => ({
          deletedRegion: { charOffset: start, charLength: end - start },
          ...(text === '' ? {} : { insertedContent: { text } }),
        })),
      },
    ],
  };
}
