import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log, StoredRecord } from '@greenlight/log/log';
import { applyDelta } from '@greenlight/protocol/apply-delta';
import { workflowChannel } from '@greenlight/protocol/channel';
import type { Validation } from '@greenlight/protocol/review';
import type { RunSnapshot } from '@greenlight/protocol/run';
import { eventsOf } from '@greenlight/runs/testing/heard-log';
import { killAt } from '@greenlight/runs/testing/kill-at';
import { type OpenRuns, openRuns } from '@greenlight/runs/testing/open-runs';
import { ran } from '@greenlight/runs/testing/ran';
import { describe, expect, it } from 'vitest';
import { pagesOf } from './collections.ts';
import { createReports } from './reports.ts';
import { manyDocuments, tree, UNTIDY } from './testing/tree.ts';
import type { Report, Summary } from './validation/api.ts';
import { parseValidationInput } from './validation/input.ts';
import { validate } from './validation/validate.ts';
import { createValidationWorkflow, type ValidationResult } from './validation-workflow.ts';

const openValidation = (root: string, folder?: string): Promise<OpenRuns> =>
  openRuns((log) => [createValidationWorkflow({ log, roots: [root], cwd: root, clock: Date.now })], {
    ...(folder !== undefined && { folder }),
  });

const start = async (open: OpenRuns, input: unknown, own = false): Promise<string> =>
  ran(await open.runs.start({ kind: 'validation', input, owner: 'ann', private: own })).id;

async function finished(open: OpenRuns, id: string): Promise<RunSnapshot> {
  await open.event(
    ({ channel, event }) =>
      channel === workflowChannel(id) && ['workflow.completed', 'workflow.failed'].includes(event.type),
  );
  await open.runs.close();
  const found = await open.runs.get(id);
  if (!found) throw new Error('The run is gone.');
  return found.run;
}

/** The same documents without a server. */
async function alone(root: string, value: unknown): Promise<Report> {
  const parsed = parseValidationInput(value);
  if (!parsed.ok) throw new Error(parsed.detail);
  const result = await validate(parsed.input, { roots: [root], cwd: root });
  if (!result.ok) throw new Error(result.detail);
  return result.report;
}

async function allRecords(log: Log, collection: string, parent: string): Promise<StoredRecord[]> {
  const all: StoredRecord[] = [];
  for await (const page of pagesOf(log, collection, { parent })) all.push(...page);
  return all;
}

const itemsOf = (
  events: readonly { readonly event: { readonly type: string; readonly data?: unknown } }[],
  type: string,
) =>
  events
    .filter(({ event }) => event.type === type)
    .flatMap(({ event }) => (event.data as { items: { id: string; file: string }[] }).items);

const withoutDuration = (run: RunSnapshot): Summary => {
  const { durationMs, ...summary } = run.result as ValidationResult;
  expect(durationMs).toBeGreaterThanOrEqual(0);
  return summary;
};

describe('a validation', () => {
  it('[X14] finds in a run what it finds alone, and tells each document once', async () => {
    await using docs = await tree({
      ...manyDocuments(40),
      'untidy.md': UNTIDY,
      'gone/link.md': '# A\n\n[x](nowhere.md)\n',
    });
    await using open = await openValidation(docs.path);
    const input = { paths: ['.', 'missing.md'] };
    const id = await start(open, input);
    const run = await finished(open, id);
    expect(run).toMatchObject({ state: 'completed', title: 'Validate this folder and missing.md' });
    const report = await alone(docs.path, input);
    expect(withoutDuration(run)).toEqual(report.summary);
    expect(report.summary.recommendations).toBeGreaterThan(0);
    expect(report.summary.rules['links/missing-file']).toBeGreaterThan(0);

    const events = await eventsOf(open.log, workflowChannel(id));
    const told = itemsOf(events, 'validation.created').map(({ file }) => file);
    expect(told.toSorted()).toEqual(report.files.map(({ file }) => file).toSorted());
    expect(
      itemsOf(await eventsOf(open.log, 'validations'), 'validation.created').map(({ file }) => file),
    ).toEqual(told);
    const recommended = itemsOf(await eventsOf(open.log, 'recommendations'), 'recommendation.created');
    expect(recommended).toHaveLength(report.summary.recommendations);

    const created = events[0]?.event.data as RunSnapshot;
    expect(events.slice(1).reduce(applyDelta, created)).toEqual(run);
    expect(run.counts).toEqual({
      ...report.summary.counts,
      failed: report.summary.failed,
      recommendations: report.summary.recommendations,
    });
    expect(run.steps.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'discover completed',
      'syntax completed',
      'style completed',
      'content completed',
      'links completed',
      'recommend completed',
    ]);
    expect(run.progress).toMatchObject({ completed: 43, total: 43, unit: 'files' });
    expect(await open.log.count('validation_facts', id)).toBe(0);
  });

  it('[X14] gives the report that the command gives alone', async () => {
    await using docs = await tree({ 'a.md': UNTIDY, 'b.md': '# B\n\n[c](c.md)\n' });
    await using open = await openValidation(docs.path);
    const id = await start(open, { paths: ['.'] });
    await finished(open, id);
    const reports = createReports({
      log: open.log,
      runs: open.runs,
      cwd: docs.path,
      version: '0.0.0',
      clock: Date.now,
    });
    const rendered = await reports(id, 'json');
    const { startedAt, endedAt, findings, ...report } = JSON.parse(
      rendered.ok ? rendered.text : '{}',
    ) as Report;
    const same = await alone(docs.path, { paths: ['.'] });
    expect(report).toEqual({
      tool: same.tool,
      root: same.root,
      profile: same.profile,
      summary: same.summary,
      files: same.files,
      recommendations: same.recommendations,
    });
    expect(findings.map(({ rule, file, line }) => [rule, file, line])).toEqual(
      same.findings.map(({ rule, file, line }) => [rule, file, line]),
    );
    expect(Date.parse(endedAt)).toBeGreaterThanOrEqual(Date.parse(startedAt));
    expect(await reports(id, 'md')).toMatchObject({ ok: true, text: expect.stringContaining('a.md') });
    expect(await reports(id, 'sarif')).toMatchObject({ ok: true, text: expect.stringContaining('2.1.0') });
    expect(await reports('wf_none', 'json')).toMatchObject({ ok: false, code: 'not_found' });
  });

  it('[X5] of a private run tells only its owner', async () => {
    await using docs = await tree({ 'a.md': UNTIDY });
    await using open = await openValidation(docs.path);
    const id = await start(open, { paths: ['.'] }, true);
    await finished(open, id);
    const channels = new Set(open.all.map(({ channel }) => channel));
    expect([...channels].toSorted()).toEqual(['user:ann', workflowChannel(id)]);
    expect(itemsOf(await eventsOf(open.log, 'user:ann'), 'recommendation.created').length).toBeGreaterThan(0);
  });

  it('[X14] takes documents as text, and says what is wrong with an input', async () => {
    await using docs = await tree({});
    await using open = await openValidation(docs.path);
    const id = await start(open, { content: [{ name: 'note.md', text: UNTIDY }] });
    const run = await finished(open, id);
    const [validation] = await allRecords(open.log, 'validations', id);
    expect(validation?.value).toMatchObject({ file: 'note.md', workflow: id });
    expect((run.result as ValidationResult).recommendations).toBeGreaterThan(0);
    const refused = await open.runs.start({ kind: 'validation', input: { path: 'docs' }, owner: 'ann' });
    expect(refused).toMatchObject({
      ok: false,
      code: 'invalid_input',
      detail: expect.stringContaining('path'),
    });
  });

  it('[X14] fails with a sentence when its schema cannot be used', async () => {
    await using docs = await tree({ 'a.md': '# A\n' });
    await using open = await openValidation(docs.path);
    const run = await finished(open, await start(open, { paths: ['.'], schema: 'no-such-schema.json' }));
    expect(run).toMatchObject({ state: 'failed', reason: expect.stringContaining('no-such-schema.json') });
    expect(open.bugs).toEqual([]);
  });
});

/** Without recommendations, which take longer than all else. */
const FAST = { paths: ['.'], recommend: false };

describe('a busy validation', { timeout: 60_000 }, () => {
  it('[X7] is cancelled within 250 ms, and does and says nothing afterwards', async () => {
    await using docs = await tree(manyDocuments(600));
    await using open = await openValidation(docs.path);
    const id = await start(open, FAST);
    await open.event(({ event }) => event.type === 'validation.created');
    const asked = performance.now();
    ran(await open.runs.control(id, 'cancel', { user: 'bob' }));
    expect(performance.now() - asked).toBeLessThan(250);
    const count = await open.log.count('validations', id);
    await open.runs.close();
    const events = await eventsOf(open.log, workflowChannel(id));
    expect(events.at(-1)?.event.type).toBe('workflow.cancelled');
    expect(await open.log.count('validations', id)).toBe(count);
    expect(count).toBeLessThan(600);
  });

  it('[X8] pauses, is silent, and ends with the right numbers', async () => {
    await using docs = await tree(manyDocuments(150));
    await using open = await openValidation(docs.path);
    const id = await start(open, FAST);
    await open.event(({ event }) => event.type === 'validation.created');
    ran(await open.runs.control(id, 'pause', { user: 'bob' }));
    const paused = await open.runs.get(id);
    // Another run in the meantime, so that time passes.
    const other = await start(open, { content: [{ name: 'n.md', text: '# N\n' }] });
    await open.event(
      ({ channel, event }) => channel === workflowChannel(other) && event.type === 'workflow.completed',
    );
    expect(await open.runs.get(id)).toEqual(paused);
    ran(await open.runs.control(id, 'resume', { user: 'bob' }));
    const run = await finished(open, id);
    expect(withoutDuration(run)).toEqual((await alone(docs.path, FAST)).summary);
  });

  it('[X11] [X12] whose process is killed goes on at the next start, sees no document twice and ends with the right numbers', async () => {
    await using docs = await tree(manyDocuments(200));
    await using data = await tree({});
    await killAt(new URL('testing/validate-child.ts', import.meta.url), [data.path, docs.path]);

    // One that was seen changes while nobody looks.
    await writeFile(join(docs.path, 'docs/page-0001.md'), '# Changed\n');
    const before = new Map<string, Validation>();
    await using open = await openRuns(
      (log) => [createValidationWorkflow({ log, roots: [docs.path], cwd: docs.path, clock: Date.now })],
      {
        folder: data.path,
        wrap: (log) => ({
          ...log,
          // What was there when this life began: the first transition is the one to `stalled`.
          append: async (append) => {
            const [first] = append.appends;
            if (before.size === 0 && first?.events[0]?.type === 'workflow.stalled')
              for (const { id, value } of await allRecords(
                log,
                'validations',
                first.channel.replace('workflow:', ''),
              ))
                before.set(id, value as Validation);
            return log.append(append);
          },
        }),
      },
    );
    const [{ id } = { id: '' }] = await open.runs.list();
    const run = await finished(open, id);
    expect(before.size).toBeGreaterThan(0);
    expect(before.size).toBeLessThan(200);
    expect(run).toMatchObject({ state: 'completed', autoResumed: 1 });
    const report = await alone(docs.path, FAST);
    expect(withoutDuration(run)).toEqual(report.summary);
    expect(run.counts).toMatchObject(report.summary.counts);
    const after = await allRecords(open.log, 'validations', id);
    const again = after.filter(({ id, value }) => {
      const earlier = before.get(id);
      return earlier && earlier.createdAt !== (value as Validation).createdAt;
    });
    expect(again.map(({ value }) => (value as Validation).file)).toEqual(['docs/page-0001.md']);
  });
});
