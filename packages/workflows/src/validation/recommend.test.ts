import fc from 'fast-check';
import { applyPatch } from 'diff';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TextEdit } from '@greenlight/protocol/review';
import type { RecommendationDraft } from './api.ts';
import { discover } from './discover.ts';
import { applyEdits, withEdits } from './edits.ts';
import { createEngine } from './engine.ts';
import { inputOf, makeTree, places, reportOn } from './testing/tree.ts';

const MESSY = [
  '# Page',
  '',
  '#Heading',
  'Text  ',
  '* one',
  '* two',
  '- three',
  '',
  '',
  '```js',
  'const a = 1;',
  '```',
  'After',
  '[a](#Page) and [b](#pag)',
  '[c](gide.md)',
  'Use Javascript, Greenligth',
  '## Trailing.',
  '| a | b |',
  '| - | - |',
  '| 1 | 2 |',
  'http://example.com',
  '> quote',
  '>  more',
  '1. a',
  '3. b',
  '\tTab',
  '* * *',
  '```javscript',
  'x',
  '```',
  '<b>x</b>',
  '** bold **',
];
const TRUTH = { terms: { JavaScript: ['Javascript'] }, products: [{ name: 'Greenlight' }] };

describe('recommendations', () => {
  it('[V11] [V12] have edits that do not overlap, are their patch, and do what they say', async () => {
    const ending = fc.constantFrom('\n', '\r\n');
    const lead = fc.constantFrom('', '\uFEFF', '---\ntitle: Page\n---\n\n');
    const document = fc.tuple(
      lead,
      fc.array(fc.constantFrom(...MESSY), { maxLength: 25 }),
      ending,
      fc.boolean(),
    );
    await fc.assert(
      fc.asyncProperty(document, async ([before, lines, end, closed]) => {
        const text = `${before}${lines.join('\n')}${closed ? '\n' : ''}`.replaceAll('\n', end);
        await using tree = await makeTree({ 'a.md': text, 'guide.md': '# Guide\n' });
        const input = { paths: ['a.md'], truth: TRUTH };
        const report = await reportOn(tree, input);
        for (const draft of report.recommendations) {
          expectNoOverlap(draft);
          const patched = applyEdits(text, draft.edits);
          expect(applyPatch(text, draft.patch, { autoConvertLineEndings: false })).toBe(patched);
          expect(draft.confidence).toBeGreaterThan(0);
          expect(draft.confidence).toBeLessThanOrEqual(1);
          await using after = await makeTree({ 'a.md': patched, 'guide.md': '# Guide\n' });
          const again = await reportOn(after, { ...input, recommend: false });
          for (const rule of draft.rules) {
            expect(again.summary.rules[rule] ?? 0).toBeLessThan(report.summary.rules[rule] ?? 0);
          }
          expect(again.summary.counts.error).toBeLessThanOrEqual(report.summary.counts.error);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('say what they are for, of how many places, and how it was checked', async () => {
    await using tree = await makeTree({ 'a.md': '# Page\n\nText \nmore \n\n##Heading\n' });
    const { recommendations } = await reportOn(tree);
    expect(recommendations.map(({ title, rules, confidence }) => ({ title, rules, confidence }))).toEqual([
      { title: 'Tidy white space (2 places)', rules: ['MD009'], confidence: 0.99 },
      { title: 'Set headings apart (1 place)', rules: ['MD018'], confidence: 0.97 },
    ]);
    expect(recommendations[0]?.why).toBe(
      'It answers 2 findings of MD009. The patched text was validated again: they are gone; nothing new appears.',
    );
    expect(recommendations[0]?.patch).toContain('-Text \n');
  });

  it('repair links from what is there, and are less sure of it', async () => {
    await using tree = await makeTree({
      'a.md': '# Page\n\n[a](gide.md#top)\n[b](#pge)\n',
      'docs/guide.md': '# Guide\n',
      'guides.md': '# Guides\n',
    });
    const { recommendations } = await reportOn(tree, { paths: ['.'] });
    expect(recommendations).toMatchObject([{ title: 'Repair links (2 places)', confidence: 0.7 }]);
    expect(recommendations[0]?.patch).toContain('+[a](guides.md#top)\n+[b](#page)');
    expect(recommendations[0]?.why).toContain('What it leads to was seen to exist');
  });

  it('[V13] are not made for a document that has changed since it was reviewed', async () => {
    await using tree = await makeTree({ 'a.md': '# Page\n\n#Heading\n' });
    const input = inputOf({ paths: ['.'] });
    const options = { roots: ['.'], cwd: tree.path };
    const { files } = await discover(input, options);
    const created = await createEngine({ input, ...options, concurrency: 1 });
    if (!created.ok) throw new Error(created.detail);
    const { engine } = created;
    const reviewed = { source: files[0] ?? { file: '' }, digest: '', findings: [] as never[] };
    const drafts: RecommendationDraft[] = [];
    const results: (typeof reviewed)[] = [];
    await engine.run(files, {
      onResult: ({ digest, findings }) =>
        results.push({
          ...reviewed,
          digest: digest ?? '',
          findings: Object.values(findings).flat() as never[],
        }),
    });
    await engine.recommend(results, { onResult: (draft) => drafts.push(draft) });
    expect(drafts.length).toBe(1);
    await appendFile(join(tree.path, 'a.md'), 'More.\n');
    await engine.recommend(results, { onResult: (draft) => drafts.push(draft) });
    expect(drafts.length).toBe(1);
    await engine.close();
  });

  it('[V16] cover findings beyond the number that is kept', async () => {
    await using tree = await makeTree({ 'a.md': `# Page\n\n${'Text. \n\n'.repeat(20)}End.\n` });
    const report = await reportOn(tree, { limits: { maxFindingsPerRule: 5 } });
    expect(report.summary.rules).toEqual({ MD009: 5, 'file/more-findings': 1 });
    expect(report.recommendations).toMatchObject([{ title: 'Tidy white space (20 places)' }]);
  });

  it('leave a document clean when all of them are applied one after the other', async () => {
    const text = '#Page\n\nText \n* one\n* two\n```js\nconst a = 1;\n```\n\n\n\nEnd [a](#Page)';
    let current = text;
    for (let round = 0; round < 10; round++) {
      await using tree = await makeTree({ 'a.md': current });
      const [draft] = (await reportOn(tree)).recommendations;
      if (draft === undefined) break;
      current = applyEdits(current, draft.edits);
    }
    await using tree = await makeTree({ 'a.md': current });
    expect(places((await reportOn(tree)).findings)).toEqual([]);
    expect(current).toBe('# Page\n\nText\n\n* one\n* two\n\n```js\nconst a = 1;\n```\n\nEnd [a](#page)\n');
  });
});

describe('edits', () => {
  const edit = fc
    .tuple(fc.nat(20), fc.nat(4), fc.constantFrom('', 'x', 'yy'))
    .map(([start, length, text]) => ({ start, end: start + length, text }));

  it('[V11] taken together never touch each other, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 12 }), (edits) => {
        const text = 'abcdefghijklmnopqrstuvwxyz';
        let taken: readonly TextEdit[] = [];
        for (const one of edits) taken = withEdits(taken, [one]) ?? taken;
        expectNoOverlap({ edits: taken });
        const length = taken.reduce(
          (sum, { start, end, text: inserted }) => sum + inserted.length - (end - start),
          text.length,
        );
        expect(applyEdits(text, taken).length).toBe(length);
        expect(applyEdits(text, taken.toReversed())).toBe(applyEdits(text, taken));
      }),
    );
  });

  it('that overlap are a mistake and not a guess', () => {
    expect(() =>
      applyEdits('abc', [
        { start: 0, end: 2, text: '' },
        { start: 1, end: 3, text: '' },
      ]),
    ).toThrow(RangeError);
    expect(() => applyEdits('abc', [{ start: 2, end: 9, text: '' }])).toThrow(RangeError);
  });
});

function expectNoOverlap({ edits }: Pick<RecommendationDraft, 'edits'>): void {
  const ordered = edits.toSorted((a, b) => a.start - b.start);
  for (const [index, edit] of ordered.entries()) {
    expect(edit.end).toBeGreaterThanOrEqual(edit.start);
    expect(edit.start).toBeGreaterThanOrEqual(ordered[index - 1]?.end ?? 0);
  }
}
