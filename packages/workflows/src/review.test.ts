import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { workflowChannel } from '@greenlight/protocol/channel';
import type { Recommendation } from '@greenlight/protocol/review';
import type { ReviewAction } from '@greenlight/runs/review';
import { eventsOf } from '@greenlight/runs/testing/heard-log';
import { describe, expect, it } from 'vitest';
import { DECISIONS } from './review-state.ts';
import { openReview } from './testing/open-review.ts';
import { tree, UNTIDY } from './testing/tree.ts';
import { applyEdits } from './validation/edits.ts';

const BOB = { user: 'bob' };
const CONFLICT = { ok: false, code: 'state_conflict' };

const first = (recommendations: readonly Recommendation[]): Recommendation => {
  const [recommendation] = recommendations;
  if (!recommendation) throw new Error('Nothing was recommended.');
  return recommendation;
};

describe('a recommendation', () => {
  it('[X15] is decided by one append: record, and the same event on recommendations and on its run', async () => {
    await using docs = await tree({ 'a.md': UNTIDY });
    await using open = await openReview(docs.path);
    const { id, workflow } = first(await open.validate({ paths: ['.'] }));
    const result = await open.review.decide(id, 'approve', { ...BOB, version: 1 });
    expect(result).toMatchObject({
      ok: true,
      recommendation: { id, state: 'approved', version: 2, decidedBy: 'bob' },
    });
    expect(await open.review.recommendation(id)).toEqual(result.ok && result.recommendation);
    for (const channel of ['recommendations', workflowChannel(workflow)]) {
      const last = (await eventsOf(open.log, channel)).at(-1)?.event;
      expect(last).toMatchObject({
        type: 'recommendation.approved',
        subject: id,
        data: { workflow, items: [{ id, file: 'a.md', state: 'approved', version: 2, decidedBy: 'bob' }] },
      });
    }
  });

  it('[C28] is marked by a simulated decision, and stays so', async () => {
    await using docs = await tree({ 'a.md': UNTIDY });
    await using open = await openReview(docs.path);
    const { id, workflow } = first(await open.validate({ paths: ['.'] }));
    const dora = { user: 'simulated:dora', simulated: true } as const;
    await open.review.decide(id, 'approve', dora);
    await open.review.decide(id, 'apply', BOB);
    expect(await open.review.recommendation(id)).toMatchObject({ state: 'applied', simulated: true });
    for (const channel of ['recommendations', workflowChannel(workflow)]) {
      const decisions = (await eventsOf(open.log, channel)).slice(-2).map(({ event }) => event);
      expect(decisions).toMatchObject([{ simulated: true }, { simulated: true }]);
    }
    const run = await open.log.record('runs', workflow);
    expect(run?.value).not.toHaveProperty('simulated');
  });

  it('[X15] that 50 reviewers decide on at the same moment has exactly one decision', async () => {
    await using docs = await tree({ 'a.md': UNTIDY });
    await using open = await openReview(docs.path);
    const { id, version } = first(await open.validate({ paths: ['.'] }));
    const actions: readonly ReviewAction[] = ['approve', 'reject', 'apply'];
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        (n % 2 === 0 ? open.review : open.elsewhere).decide(id, actions[n % 3] ?? 'approve', {
          user: `reviewer${n}`,
          version,
        }),
      ),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    for (const result of results) if (!result.ok) expect(result).toMatchObject(CONFLICT);
    const decided = (await eventsOf(open.log, 'recommendations')).filter(({ event }) => event.subject === id);
    expect(decided).toHaveLength(1);
  });

  it('[X15] refuses a version that is not the last, and what does not exist', async () => {
    await using docs = await tree({ 'a.md': UNTIDY });
    await using open = await openReview(docs.path);
    const { id } = first(await open.validate({ paths: ['.'] }));
    expect(await open.review.decide(id, 'reject', BOB)).toMatchObject({ ok: true });
    expect(await open.review.decide(id, 'approve', { ...BOB, version: 1 })).toMatchObject(CONFLICT);
    expect(await open.review.decide(id, 'approve', { ...BOB, version: 2 })).toMatchObject({ ok: true });
    expect(await open.review.decide('rec_none', 'approve', BOB)).toMatchObject({ code: 'not_found' });
    expect(await open.review.recommendation('rec_none')).toBeNull();
  });

  it('[X15] answers each action in each state with a state or a sentence', () => {
    for (const [state, cells] of Object.entries(DECISIONS))
      for (const [action, cell] of Object.entries(cells))
        if (typeof cell === 'object') expect(cell.refused, `${state} ${action}`).toMatch(/^It .*\.$/);
    const undoable = Object.entries(DECISIONS).filter(([, { undo }]) => undo === ('undone' as unknown));
    expect(undoable.map(([state]) => state)).toEqual(['applied']);
    expect(DECISIONS.rejected.apply).toHaveProperty('refused');
  });

  it('[X5] of a private run is decided by its owner only', async () => {
    await using docs = await tree({ 'a.md': UNTIDY });
    await using open = await openReview(docs.path);
    const { id } = first(await open.validate({ paths: ['.'] }, true));
    expect(await open.review.decide(id, 'approve', BOB)).toMatchObject({ code: 'channel_forbidden' });
    expect(await open.review.decide(id, 'approve', { user: 'ann' })).toMatchObject({ ok: true });
    expect(await eventsOf(open.log, 'recommendations')).toEqual([]);
    expect((await eventsOf(open.log, 'user:ann')).at(-1)?.event.type).toBe('recommendation.approved');
  });

  it('[X15] is listed by run and by state, in pages', async () => {
    await using docs = await tree({ 'a.md': UNTIDY, 'b.md': UNTIDY });
    await using open = await openReview(docs.path);
    const all = await open.validate({ paths: ['.'] });
    const { id, workflow } = first(all);
    await open.review.decide(id, 'reject', BOB);
    const listed = async (filter: Parameters<typeof open.review.recommendations>[0]) =>
      (await open.review.recommendations(filter)).map((recommendation) => recommendation.id);
    expect(await listed({ state: 'rejected' })).toEqual([id]);
    expect(await listed({ state: 'open', workflow })).toEqual(all.slice(1).map((one) => one.id));
    expect(await listed({ limit: 1, after: id })).toEqual([all[1]?.id]);
    expect(await open.review.validations({ workflow })).toHaveLength(2);
    const [validation] = await open.review.validations({ workflow, limit: 1 });
    expect(await open.review.validation(validation?.id ?? '')).toEqual(validation);
  });
});

describe('applying', () => {
  it('[X16] writes what was reviewed, keeps the mode, leaves nothing beside it, and undo gives the original back', async () => {
    await using docs = await tree({ 'a.md': UNTIDY });
    await using open = await openReview(docs.path);
    const file = join(docs.path, 'a.md');
    await chmod(file, 0o640);
    const { id, edits } = first(await open.validate({ paths: ['.'] }));
    expect(await open.review.decide(id, 'apply', BOB)).toMatchObject({
      ok: true,
      recommendation: { state: 'applied' },
    });
    expect(await readFile(file, 'utf8')).toBe(applyEdits(UNTIDY, edits));
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect(await readdir(docs.path)).toEqual(['a.md']);
    expect(await open.review.decide(id, 'undo', BOB)).toMatchObject({
      ok: true,
      recommendation: { state: 'undone' },
    });
    expect(await readFile(file, 'utf8')).toBe(UNTIDY);
    expect((await eventsOf(open.log, 'recommendations')).slice(-2).map(({ event }) => event.type)).toEqual([
      'recommendation.applied',
      'recommendation.undone',
    ]);
    expect(await open.log.count('recommendation_intents')).toBe(0);
  });

  it('[X16] changes nothing when the file is not what was reviewed, or is gone', async () => {
    await using docs = await tree({ 'a.md': UNTIDY });
    await using open = await openReview(docs.path);
    const file = join(docs.path, 'a.md');
    const { id } = first(await open.validate({ paths: ['.'] }));
    await writeFile(file, `${UNTIDY}\nMore.\n`);
    expect(await open.review.decide(id, 'apply', BOB)).toMatchObject(CONFLICT);
    expect(await readFile(file, 'utf8')).toBe(`${UNTIDY}\nMore.\n`);
    await rename(file, join(docs.path, 'b.md'));
    expect(await open.review.decide(id, 'apply', BOB)).toMatchObject(CONFLICT);
    expect(await open.review.recommendation(id)).toMatchObject({ state: 'open', version: 1 });
  });

  it('[X16] undoes nothing when the file was changed since', async () => {
    await using docs = await tree({ 'a.md': UNTIDY });
    await using open = await openReview(docs.path);
    const { id } = first(await open.validate({ paths: ['.'] }));
    await open.review.decide(id, 'apply', BOB);
    await writeFile(join(docs.path, 'a.md'), 'Mine.\n');
    expect(await open.review.decide(id, 'undo', BOB)).toMatchObject(CONFLICT);
    expect(await readFile(join(docs.path, 'a.md'), 'utf8')).toBe('Mine.\n');
  });

  it('[X16] takes several recommendations of one review, in any order, and undoes each alone', async () => {
    await using docs = await tree({ 'a.md': UNTIDY });
    await using open = await openReview(docs.path);
    const [one, two] = await open.validate({ paths: ['.'] });
    if (!one || !two) throw new Error('Two were expected.');
    const results = await Promise.all([one, two].map(({ id }) => open.review.decide(id, 'apply', BOB)));
    expect(results).toMatchObject([{ ok: true }, { ok: true }]);
    expect(await readFile(join(docs.path, 'a.md'), 'utf8')).toBe(
      applyEdits(UNTIDY, [...one.edits, ...two.edits]),
    );
    expect(await open.review.decide(one.id, 'undo', BOB)).toMatchObject({ ok: true });
    expect(await readFile(join(docs.path, 'a.md'), 'utf8')).toBe(applyEdits(UNTIDY, two.edits));
    expect(await open.review.decide(two.id, 'undo', BOB)).toMatchObject({ ok: true });
    expect(await readFile(join(docs.path, 'a.md'), 'utf8')).toBe(UNTIDY);
  });

  it('[X16] never leaves the roots, whatever the name has become a link to', async () => {
    await using docs = await tree({ 'in/a.md': UNTIDY, 'out/a.md': UNTIDY });
    const root = join(docs.path, 'in');
    await using open = await openReview(root);
    const { id } = first(await open.validate({ paths: ['.'] }));
    await rename(join(root, 'a.md'), join(root, 'b.md'));
    await symlink(join(docs.path, 'out/a.md'), join(root, 'a.md'));
    expect(await open.review.decide(id, 'apply', BOB)).toMatchObject({ code: 'invalid_input' });
    expect(await readFile(join(docs.path, 'out/a.md'), 'utf8')).toBe(UNTIDY);
  });

  it('[X16] changes the file behind a link that stays inside the roots, and keeps the link', async () => {
    await using docs = await tree({ 'real/a.md': UNTIDY });
    await symlink(join(docs.path, 'real/a.md'), join(docs.path, 'link.md'));
    await using open = await openReview(docs.path);
    const { id, edits } = first(await open.validate({ paths: ['link.md'] }));
    expect(await open.review.decide(id, 'apply', BOB)).toMatchObject({ ok: true });
    expect(await readFile(join(docs.path, 'real/a.md'), 'utf8')).toBe(applyEdits(UNTIDY, edits));
  });

  it('[X16] says that text which was sent has no file', async () => {
    await using docs = await tree({ 'a.md': UNTIDY });
    await using open = await openReview(docs.path);
    const { id } = first(await open.validate({ content: [{ name: 'a.md', text: UNTIDY }] }));
    expect(await open.review.decide(id, 'apply', BOB)).toMatchObject({ code: 'invalid_input' });
    expect(await readFile(join(docs.path, 'a.md'), 'utf8')).toBe(UNTIDY);
  });

  it('[X16] says what stops it when the folder cannot be written, and leaves all as it was', async () => {
    await using docs = await tree({ 'a.md': UNTIDY });
    await using open = await openReview(docs.path);
    const { id } = first(await open.validate({ paths: ['.'] }));
    // A folder where the originals' files go stops root, too.
    await mkdir(join(open.folder, 'originals'), { recursive: true });
    const { digest } = first(await open.review.recommendations());
    await mkdir(join(open.folder, 'originals', digest.replace('sha256:', ''), 'x'), { recursive: true });
    expect(await open.review.decide(id, 'apply', BOB)).toMatchObject({
      ...CONFLICT,
      detail: expect.stringContaining('a.md was not changed'),
    });
    expect(await readFile(join(docs.path, 'a.md'), 'utf8')).toBe(UNTIDY);
    expect(await open.review.recommendation(id)).toMatchObject({ state: 'open' });
    expect(await open.log.count('recommendation_intents')).toBe(0);
  });

  it('[X17] is recorded at the next start when the process died between the file and the record', async () => {
    await using docs = await tree({ 'a.md': UNTIDY });
    await using data = await tree({});
    let made: Recommendation;
    {
      await using open = await openReview(docs.path, data.path);
      made = first(await open.validate({ paths: ['.'] }));
    }
    const script = fileURLToPath(new URL('testing/apply-child.ts', import.meta.url));
    const child = spawn(process.execPath, [script, data.path, docs.path, made.id], { stdio: 'inherit' });
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    expect(await readFile(join(docs.path, 'a.md'), 'utf8')).toBe(applyEdits(UNTIDY, made.edits));

    await using open = await openReview(docs.path, data.path);
    expect(await open.review.recommendation(made.id)).toMatchObject({
      state: 'applied',
      decidedBy: 'bob',
      version: 2,
    });
    expect((await eventsOf(open.log, 'recommendations')).at(-1)?.event.type).toBe('recommendation.applied');
    expect(await open.review.decide(made.id, 'undo', BOB)).toMatchObject({ ok: true });
    expect(await readFile(join(docs.path, 'a.md'), 'utf8')).toBe(UNTIDY);
  });

  it('[X17] never happened when the process died before the file was changed', async () => {
    await using docs = await tree({ 'a.md': UNTIDY });
    await using data = await tree({});
    let made: Recommendation;
    {
      await using open = await openReview(docs.path, data.path);
      made = first(await open.validate({ paths: ['.'] }));
      // What a process leaves that dies right after its intent.
      const change = { from: made.digest, to: 'sha256:never' };
      const value = { id: made.id, action: 'apply', user: 'bob', to: 'applied', change };
      await open.log.append({
        appends: [],
        records: [{ collection: 'recommendation_intents', id: made.id, value }],
      });
    }
    await using open = await openReview(docs.path, data.path);
    expect(await open.review.recommendation(made.id)).toMatchObject({ state: 'open', version: 1 });
    expect(await open.log.count('recommendation_intents')).toBe(0);
    expect(await open.review.decide(made.id, 'apply', BOB)).toMatchObject({ ok: true });
  });
});
