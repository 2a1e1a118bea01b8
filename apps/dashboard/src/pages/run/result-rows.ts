/** Results as the rows that the list shows: a document, and below an open one its findings. Pure. */
import type { Finding, Severity, Validation } from '@greenlight/protocol/review';

export type ResultFilter = { readonly text: string; readonly severity: Severity | null };

export type ResultRow =
  | {
      readonly kind: 'file';
      readonly key: string;
      readonly validation: Validation;
      readonly findings: readonly Finding[];
      readonly open: boolean;
    }
  | { readonly kind: 'finding'; readonly key: string; readonly finding: Finding };

const fits = (finding: Finding, words: readonly string[], severity: Severity | null): boolean => {
  if (severity !== null && finding.severity !== severity) return false;
  const haystack = `${finding.file} ${finding.rule} ${finding.message}`.toLowerCase();
  return words.every((word) => haystack.includes(word));
};

/** The worst document first; among equals by name. */
function worstFirst(one: Validation, other: Validation): number {
  return (
    other.counts.error - one.counts.error ||
    other.counts.warning - one.counts.warning ||
    other.counts.info - one.counts.info ||
    (one.file < other.file ? -1 : one.file > other.file ? 1 : 0)
  );
}

/** `isOpen` says whether a document's findings are shown. */
export function resultRows(
  validations: readonly Validation[],
  { text, severity }: ResultFilter,
  isOpen: (validation: Validation) => boolean,
): readonly ResultRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const all = words.length === 0 && severity === null;
  const rows: ResultRow[] = [];
  for (const validation of validations.toSorted(worstFirst)) {
    const findings = all
      ? validation.findings
      : validation.findings.filter((finding) => fits(finding, words, severity));
    const named = severity === null && words.every((word) => validation.file.toLowerCase().includes(word));
    if (findings.length === 0 && !named) continue;
    const open = findings.length > 0 && isOpen(validation);
    rows.push({ kind: 'file', key: validation.id, validation, findings, open });
    if (open)
      for (const [at, finding] of findings.entries())
        rows.push({ kind: 'finding', key: `${validation.id}/${at}`, finding });
  }
  return rows;
}
