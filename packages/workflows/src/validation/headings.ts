/** Headings without text, and anchors that two places share. Levels are the linter's (MD001). */
import type { Findings } from './findings.ts';
import type { MarkdownFacts } from './markdown-facts.ts';

export function checkHeadings(facts: MarkdownFacts, shift: number, findings: Findings): void {
  for (const heading of facts.headings) {
    if (heading.text !== '') continue;
    findings.own('style', 'headings/empty', {
      at: { line: heading.line + shift, column: heading.column },
      message: 'This heading has no text, so nothing can name or link to what follows.',
    });
  }
  const first = new Map<string, number>();
  for (const { id, line, column } of facts.explicitAnchors) {
    const earlier = first.get(id);
    if (earlier === undefined) first.set(id, line);
    else if (earlier !== line)
      findings.own('style', 'headings/duplicate-anchor', {
        at: { line: line + shift, column },
        message: `The anchor \`${id}\` is given in line ${earlier + shift} already; links lead only there.`,
      });
  }
}

/** Everything in the document that a `#fragment` can lead to. */
export function anchorsOf(facts: MarkdownFacts): readonly string[] {
  const anchors = new Set<string>();
  for (const { anchor } of facts.headings) if (anchor !== '') anchors.add(anchor);
  for (const { id } of facts.explicitAnchors) anchors.add(id);
  return [...anchors];
}
