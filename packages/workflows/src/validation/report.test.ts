import { describe, expect, it } from 'vitest';
import { lint } from 'markdownlint/sync';
import type { Report } from './api.ts';
import { renderReport } from './report.ts';
import { makeTree, reportOn } from './testing/tree.ts';

async function sample(): Promise<Report> {
  await using tree = await makeTree({
    'a b.md': '# Page\n\n[a](none.md) <!-- x -->\n\n#Heading  \n\n```js\nconst | = `x`;\n```\n',
    'clean.md': '# Page\n',
  });
  let now = Date.parse('2026-01-31T12:00:00Z');
  return await reportOn(tree, {}, { clock: () => (now += 1_000), version: '1.2.3' });
}

describe('reports', () => {
  it('as JSON are one document with flat findings', async () => {
    const report = await sample();
    const read = JSON.parse(renderReport(report, 'json')) as Report;
    expect(read).toEqual(report);
    expect(Object.keys(read)).toEqual([
      'tool',
      'startedAt',
      'endedAt',
      'root',
      'profile',
      'summary',
      'findings',
      'files',
      'recommendations',
    ]);
    expect(read).toMatchObject({
      startedAt: '2026-01-31T12:00:01.000Z',
      endedAt: '2026-01-31T12:00:02.000Z',
      tool: { version: '1.2.3' },
    });
    expect(read.files.map(({ file, verdict }) => `${file} ${verdict}`)).toEqual([
      'a b.md fail',
      'clean.md pass',
    ]);
    for (const finding of read.findings)
      expect(finding).toMatchObject({
        rule: expect.any(String),
        severity: expect.stringMatching(/^(error|warning|info)$/),
        line: expect.any(Number),
        column: expect.any(Number),
        message: expect.any(String),
        excerpt: expect.any(String),
      });
  });

  it('[C28] of a run that somebody simulated had a hand in say so, in each format', async () => {
    const report = await sample();
    const simulated = { ...report, simulated: true } as const;
    expect(JSON.parse(renderReport(simulated, 'json'))).toMatchObject({ simulated: true });
    expect(renderReport(simulated, 'md')).toContain('\n\n**Simulated**: ');
    const sarif = { runs: [{ properties: { simulated: true } }] };
    expect(JSON.parse(renderReport(simulated, 'sarif'))).toMatchObject(sarif);
    for (const format of ['json', 'md', 'sarif'] as const)
      expect(renderReport(report, format).toLowerCase()).not.toContain('simulated');
  });

  it('as Markdown are well-formed pages themselves', async () => {
    const text = renderReport(await sample(), 'md');
    expect(text).toContain('2 files, 1 failed');
    expect(text).toContain('| `links/missing-file` | A link leads to a file that does not exist | 1 |');
    expect(text).toMatch(/- 3:5 \*\*error\*\* `links\/missing-file`/);
    expect(text).toContain('```diff');
    const found = lint({ strings: { text }, config: { default: true, MD013: false, MD010: false } })['text'];
    expect(
      found?.map(({ ruleNames, lineNumber, errorContext }) => [ruleNames[0], lineNumber, errorContext]),
    ).toEqual([]);
  });

  it('[V17] as SARIF have the shape of version 2.1.0', async () => {
    const report = await sample();
    const log = JSON.parse(renderReport(report, 'sarif')) as Sarif;
    expect(log.version).toBe('2.1.0');
    const [run] = log.runs;
    expect(run?.columnKind).toBe('utf16CodeUnits');
    expect(run?.results.length).toBe(report.findings.length);
    for (const result of run?.results ?? []) {
      expect(run?.tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId);
      expect(result.level).toMatch(/^(error|warning|note)$/);
      expect(result.message.text.length).toBeGreaterThan(0);
      const [location] = result.locations;
      expect(location?.physicalLocation.artifactLocation.uri).toBe('a%20b.md');
      expect(location?.physicalLocation.region.startLine).toBeGreaterThan(0);
      expect(location?.physicalLocation.region.startColumn).toBeGreaterThan(0);
      for (const fix of result.fixes ?? [])
        for (const { replacements } of fix.artifactChanges)
          expect(
            replacements.every(
              ({ deletedRegion }) => deletedRegion.charOffset >= 0 && deletedRegion.charLength >= 0,
            ),
          ).toBe(true);
    }
    expect(run?.results.some(({ fixes }) => fixes !== undefined)).toBe(true);
  });
});

type Sarif = {
  version: string;
  runs: {
    columnKind: string;
    tool: { driver: { rules: { id: string }[] } };
    results: {
      ruleId: string;
      ruleIndex: number;
      level: string;
      message: { text: string };
      locations: {
        physicalLocation: {
          artifactLocation: { uri: string };
          region: { startLine: number; startColumn: number };
        };
      }[];
      fixes?: {
        artifactChanges: { replacements: { deletedRegion: { charOffset: number; charLength: number } }[] }[];
      }[];
    }[];
  }[];
};
