import { rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DocumentSource, Engine, FileResult } from './api.ts';
import { discover } from './discover.ts';
import { createEngine, type EngineOptions } from './engine.ts';
import { inputOf, makeTree, places, reportOn, type Tree } from './testing/tree.ts';
import { validate } from './validate.ts';

async function open(
  tree: Tree,
  input: object = {},
  options: Partial<EngineOptions> = {},
): Promise<{ engine: Engine; files: readonly DocumentSource[] } & AsyncDisposable> {
  const asked = inputOf({ paths: ['.'], ...input });
  const { files } = await discover(asked, { roots: ['.'], cwd: tree.path });
  const created = await createEngine({ input: asked, roots: ['.'], cwd: tree.path, ...options });
  if (!created.ok) throw new Error(created.detail);
  const { engine } = created;
  return { engine, files, [Symbol.asyncDispose]: () => engine.close() };
}

function pages(
  count: number,
  text: (index: number) => string = (index) => `# Page ${index}\n`,
): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`p${String(index).padStart(5, '0')}.md`, text(index)]),
  );
}

/** Quadratic in its length for any parser of nested brackets: seconds of work in a small file. */
const SLOW = `# Slow\n\n${'[a](b '.repeat(30_000)}\n`;

describe('running documents through workers', () => {
  it.for([0, 1, 2])(
    '[V3] gives results in the order of the documents, with %i workers',
    async (concurrency) => {
      // The first ones are the longest.
      await using tree = await makeTree(
        pages(60, (index) => `# Page ${index}\n\n${'word *em* `code` '.repeat((60 - index) * 4)}\n`),
      );
      await using run = await open(tree, {}, { concurrency });
      const seen: FileResult[] = [];
      await run.engine.run(run.files, { onResult: (result) => seen.push(result) });
      expect(seen.map(({ file }) => file)).toEqual(run.files.map(({ file }) => file));
      expect(seen.every(({ digest }) => /^sha256:[0-9a-f]{64}$/.test(digest ?? ''))).toBe(true);
    },
  );

  it('finds the same in this thread and in workers', async () => {
    const files = pages(
      30,
      (index) =>
        `# Page\n### Skipped\n[a](p0000${index % 10}.md#page) [b](x${index}.md)\n\n\`\`\`python\nx = )\n\`\`\`\n`,
    );
    await using tree = await makeTree(files);
    const here = await reportOn(tree, {}, { concurrency: 0 });
    const apart = await reportOn(tree, {}, { concurrency: 2 });
    expect(apart.findings).toEqual(here.findings);
    expect(apart.recommendations).toEqual(here.recommendations);
    expect(here.findings.length).toBeGreaterThan(60);
  });

  it('[V10] hands out nothing while the gate is closed', async () => {
    await using tree = await makeTree(pages(64));
    await using run = await open(tree, {}, { concurrency: 1 });
    const gate = Promise.withResolvers<void>();
    const waiting = Promise.withResolvers<void>();
    let passed = 0;
    let open3 = true;
    const seen: string[] = [];
    const done = run.engine.run(run.files, {
      onResult: ({ file }) => seen.push(file),
      gate: async () => {
        if (passed++ < 3) return;
        waiting.resolve();
        if (open3) await gate.promise;
      },
    });
    await waiting.promise;
    // What was handed out before is one single document and two batches of eight; nothing else can come.
    expect(seen.length).toBeLessThanOrEqual(17);
    open3 = false;
    gate.resolve();
    await done;
    expect(seen.length).toBe(64);
  });

  it('[V8] stops within 250 ms, says nothing afterwards, and its workers are gone', async () => {
    await using tree = await makeTree({ ...pages(8), 'slow.md': SLOW, 'slow2.md': SLOW });
    const controller = new AbortController();
    await using run = await open(tree, {}, { concurrency: 2, signal: controller.signal });
    const seen: string[] = [];
    const first = Promise.withResolvers<void>();
    const done = run.engine.run(run.files, {
      onResult: ({ file }) => {
        seen.push(file);
        first.resolve();
      },
    });
    await first.promise;
    const reason = new Error('cancelled');
    const started = performance.now();
    controller.abort(reason);
    await expect(done).rejects.toBe(reason);
    const before = seen.length;
    await run.engine.close();
    expect(performance.now() - started).toBeLessThan(250);
    expect(seen.length).toBe(before);
    await expect(run.engine.run(run.files, { onResult: ({ file }) => seen.push(file) })).rejects.toBe(reason);
  });

  it('[V9] gives up a document that takes too long, and only that', { timeout: 60_000 }, async () => {
    // Far more work than the others, whatever else the machine has to do.
    const slow = `# Slow\n\n${'[a](b '.repeat(150_000)}\n`;
    await using tree = await makeTree({ 'a.md': '# A\n', 'slow.md': slow, 'z.md': '# Z\n' });
    const report = await reportOn(tree, { limits: { fileTimeoutMs: 2_000 } }, { concurrency: 1 });
    expect(places(report.findings)).toEqual(['slow.md:1:1 file/timeout']);
    expect(report.summary).toMatchObject({ files: 3, failed: 1 });
  });

  it('[V9] survives a worker that runs out of memory', { timeout: 60_000 }, async () => {
    const heavy = `# Heavy\n\n${'*a* [b](c) `d` '.repeat(60_000)}\n`;
    await using tree = await makeTree({ ...pages(12), 'heavy.md': heavy });
    const report = await reportOn(tree, { recommend: false }, { concurrency: 1, workerMemoryMb: 64 });
    expect(places(report.findings)).toEqual(['heavy.md:1:1 file/crashed']);
    expect(report.summary).toMatchObject({ files: 13, failed: 1 });
  });

  it('[V1] gives a finding for a file that goes away, and for a link put in its place', async () => {
    await using outside = await makeTree({ 'secret.md': '#Secret\n' });
    await using tree = await makeTree({ 'a.md': '# A\n', 'b.md': '# B\n', 'c.md': '# C\n' });
    await using run = await open(tree, {}, { concurrency: 1 });
    await rm(join(tree.path, 'a.md'));
    await rm(join(tree.path, 'b.md'));
    await symlink(join(outside.path, 'secret.md'), join(tree.path, 'b.md'));
    const seen: FileResult[] = [];
    await run.engine.run(run.files, { onResult: (result) => seen.push(result) });
    const rules = seen.map(({ findings }) =>
      Object.values(findings)
        .flat()
        .map(({ rule }) => rule),
    );
    expect(rules).toEqual([['file/vanished'], ['file/symlink-loop'], []]);
  });

  it('[V1] does not hang on what became no file', async () => {
    await using tree = await makeTree({ 'a.md': '# A\n' });
    await using run = await open(tree, {}, { concurrency: 1 });
    await rm(join(tree.path, 'a.md'));
    const server = createServer().listen(join(tree.path, 'a.md'));
    await new Promise((resolve) => server.once('listening', resolve));
    const seen: FileResult[] = [];
    await run.engine.run(run.files, { onResult: (result) => seen.push(result) });
    await new Promise((resolve) => server.close(resolve));
    expect(seen.flatMap(({ findings }) => findings.syntax ?? []).map(({ rule }) => rule)).toEqual([
      'file/unreadable',
    ]);
  });

  it('[V1] does not read a file of 50 MB', async () => {
    await using tree = await makeTree({ 'a.md': '# A\n', 'big.md': '# Big\n' });
    await truncate(join(tree.path, 'big.md'), 50 * 1_048_576);
    const report = await reportOn(tree, {}, { concurrency: 1 });
    expect(places(report.findings)).toEqual(['big.md:1:1 file/too-large']);
    expect(report.findings[0]?.message).toContain('50.0 MiB; files over 10.0 MiB are not read');
  });

  it('says once that an interpreter is missing', async () => {
    await using tree = await makeTree(
      pages(4, () => '# Page\n\n```python\nx = )\n```\n\n```python\ny = )\n```\n'),
    );
    const path = process.env['PATH'];
    process.env['PATH'] = tree.path;
    try {
      const report = await reportOn(tree, {}, { concurrency: 1 });
      expect(places(report.findings)).toEqual(['p00000.md:1:1 fence/not-checked']);
      expect(report.findings[0]?.message).toContain('there is no `python3` on this machine');
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('[V7] never executes the code that it checks', async () => {
    await using tree = await makeTree({});
    const trap = join(tree.path, 'trap');
    const shell = [
      'touch TRAP',
      '$(touch TRAP)',
      '`touch TRAP`',
      '}; touch TRAP; {',
      "'; touch TRAP; '",
      '\\x27; touch TRAP #',
      'cat <<EOF\n$(touch TRAP)\nEOF',
      'set +n; touch TRAP',
      '%s\\n; touch TRAP (',
      '"${x:=$(touch TRAP)}"',
    ];
    const python = [
      'open("TRAP", "w")',
      '"""\n"""; open("TRAP", "w")',
      '__import__("os").system("touch TRAP")',
    ];
    const text = [
      ...shell.map((code) => `\`\`\`sh\n${code}\n\`\`\`\n`),
      ...python.map((code) => `\`\`\`python\n${code}\n\`\`\`\n`),
      '```js\nrequire("fs").writeFileSync("TRAP", "")\n```\n',
      '```yaml\na: !!js/function "function () { }"\n```\n',
    ]
      .join('\n')
      .replaceAll('TRAP', trap);
    await writeFile(join(tree.path, 'a.md'), `# Page\n\n${text}`);
    await reportOn(tree);
    const after = await reportOn(tree, { paths: ['trap'] });
    expect(places(after.findings)).toEqual(['trap:1:1 file/missing']);
  });

  it('keeps 2,000 documents apart and links between them right', async () => {
    const count = 2_000;
    const files = pages(
      count,
      (index) => `# Page ${index}\n\n[next](p${String(index + 1).padStart(5, '0')}.md#page-${index + 1})\n`,
    );
    await using tree = await makeTree(files);
    let completed = 0;
    const result = await validate(inputOf({ paths: ['.'] }), {
      roots: ['.'],
      cwd: tree.path,
      onProgress: (progress) => {
        if (progress.kind === 'file') completed = progress.completed;
      },
    });
    if (!result.ok) throw new Error(result.detail);
    expect(completed).toBe(count);
    expect(result.report.summary.files).toBe(count);
    expect(places(result.report.findings)).toEqual([`p01999.md:3:8 links/missing-file`]);
  });
});

describe('data beside the documents', () => {
  it('[V18] is refused when it could not be used as it stands', async () => {
    await using outside = await makeTree({ 'schema.yaml': 'type: object\n' });
    await using tree = await makeTree({
      'a.md': '# A\n',
      'broken.yaml': 'a: [\n',
      'truth.yaml': 'terms:\n  GitHub: [Github]\n',
    });
    const detail = async (input: object): Promise<string> => {
      const result = await validate(inputOf({ paths: ['.'], ...input }), { roots: ['.'], cwd: tree.path });
      return result.ok ? 'used' : result.detail;
    };
    expect(await detail({ truth: 'truth.yaml' })).toBe('used');
    expect(await detail({ schema: { type: 'object', oneOf: [] } })).toMatch(/schema cannot be used.*oneOf/);
    expect(await detail({ schema: { properties: { a: { pattern: '(' } } } })).toContain(
      'is not a regular expression',
    );
    expect(await detail({ schema: 'none.yaml' })).toContain('no file inside the allowed folders');
    expect(await detail({ schema: join(outside.path, 'schema.yaml') })).toContain(
      'no file inside the allowed folders',
    );
    expect(await detail({ truth: 'broken.yaml' })).toContain('not valid YAML');
    expect(await detail({ truth: { words: [] } })).toContain('`words` is not known');
  });
});

describe('documents as text', () => {
  it('are validated by name and may link to each other', async () => {
    await using tree = await makeTree({});
    const content = [
      { name: 'docs/a.md', text: '# A\n\n[b](b.md#bee) [c](b.md#b) [d](elsewhere.md)\n' },
      { name: 'docs/b.md', text: '# B\n\n```json\n{\n```\n' },
    ];
    const result = await validate(inputOf({ content }), { roots: [], cwd: tree.path });
    expect(result.ok && places(result.report.findings)).toEqual([
      'docs/a.md:3:5 links/missing-anchor',
      'docs/b.md:4:2 fence/json',
    ]);
  });
});
