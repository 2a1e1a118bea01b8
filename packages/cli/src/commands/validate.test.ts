import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { startGateway } from '@greenlight/testkit/start-gateway';
import { describe, expect, it } from 'vitest';
import { BIN, ended, folderOf, runCli, spawnCli } from '../test/run-cli.ts';

const TREE = {
  'docs/good.md': '# Fine\n\nText with [a link](other.md).\n',
  'docs/other.md': '# Other\n\nText.\n',
  'docs/bad.md': '# Bad\n\nText with [a link](missing.md).\n',
};

describe('greenlight validate', () => {
  it('ends with 0 when there is nothing to find', async () => {
    await using tree = await folderOf(TREE);
    const { code, stdout } = await runCli(['validate', 'docs/good.md', 'docs/other.md'], { cwd: tree.path });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^2 documents, all pass: 0 errors/),
    });
  });

  it('ends with 1 when there are findings, a line for each', async () => {
    await using tree = await folderOf(TREE);
    const { code, stdout, stderr } = await runCli(['validate', 'docs'], { cwd: tree.path });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^docs\/bad\.md:3:\d+: error links\/missing-file /);
    expect(stdout).toContain('3 documents, 1 fail: 1 error');
    // Piped: plain lines, no escape sequences.
    expect(stdout + stderr).not.toContain('\u001B');
    expect(stderr).toContain('3/3 documents');
  });

  it('[K25] prints exactly one JSON document with --json', async () => {
    await using tree = await folderOf(TREE);
    const { code, stdout } = await runCli(['validate', 'docs', '--json'], { cwd: tree.path });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      findings: [{ rule: 'links/missing-file', severity: 'error', file: 'docs/bad.md', line: 3 }],
      summary: { files: 3, failed: 1 },
    });
  });

  it('fails on what it is told to fail on', async () => {
    await using tree = await folderOf({ 'notes.md': '# Notes\n\nTwo spaces are a note.  \n\n\n\nEnd.\n' });
    const { stdout } = await runCli(['validate', 'notes.md', '--json'], { cwd: tree.path });
    const { summary } = JSON.parse(stdout) as { summary: { counts: Record<string, number> } };
    expect(summary.counts).toMatchObject({
      error: 0,
      warning: 0,
      info: expect.toSatisfy((count: number) => count > 0),
    });
    const codes = ['error', 'warning', 'info'].map(
      async (severity) =>
        (await runCli(['validate', 'notes.md', '--fail-on', severity], { cwd: tree.path })).code,
    );
    expect(await Promise.all(codes)).toEqual([0, 0, 1]);
  });

  it('ends with 2 when it could not run', async () => {
    await using tree = await folderOf(TREE);
    const wrong = [
      [],
      ['nothing-here'],
      ['docs', '--profile', 'x'],
      ['docs', '--truth', 'none.yaml'],
      ['docs', '--fail-on', 'x'],
    ];
    for (const args of wrong) {
      const { code, stderr } = await runCli(['validate', ...args], { cwd: tree.path });
      expect({ args, code }).toEqual({ args, code: 2 });
      expect(stderr).toMatch(/greenlight: /);
    }
  });

  it('writes reports', async () => {
    await using tree = await folderOf(TREE);
    const files = ['--report', 'report.md', '--sarif', 'findings.sarif'];
    expect((await runCli(['validate', 'docs', ...files], { cwd: tree.path })).code).toBe(1);
    expect(await readFile(join(tree.path, 'report.md'), 'utf8')).toContain('docs/bad.md');
    const sarif: unknown = JSON.parse(await readFile(join(tree.path, 'findings.sarif'), 'utf8'));
    expect(sarif).toMatchObject({
      version: '2.1.0',
      runs: [{ results: [{ ruleId: 'links/missing-file' }] }],
    });
    const json = await runCli(['validate', 'docs', '--report', '/nonexistent/r.json'], { cwd: tree.path });
    expect(json.code).toBe(2);
  });

  it('reads what is named outside of the working folder', async () => {
    await using tree = await folderOf(TREE);
    const { code, stdout } = await runCli(['validate', join(tree.path, 'docs/*.md')]);
    expect(code).toBe(1);
    expect(stdout).toContain('3 documents');
  });

  it.skipIf(!existsSync('/usr/bin/script'))('shows a live line on a terminal', async () => {
    await using tree = await folderOf(TREE);
    const command = `'${process.execPath}' '${BIN}' validate docs`;
    // With CI set, Node gives no terminal colours.
    const { CI: _, NO_COLOR: __, ...env } = process.env;
    const child = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], {
      cwd: tree.path,
      env: { ...env, TERM: 'xterm' },
    });
    const { code, stdout } = await ended(child);
    expect(code).toBe(1);
    expect(stdout).toMatch(/█+ 3\/3/);
    expect(stdout).toContain('\u001B[31merror');
  });

  it('gives the same findings as a run of a server', async () => {
    await using tree = await folderOf(TREE);
    await using gateway = await startGateway({ cwd: tree.path });
    const env = { GREENLIGHT_API_KEY: gateway.apiKey };
    const here = await runCli(['validate', 'docs', '--json'], { cwd: tree.path });
    const there = await runCli(['validate', '--server', gateway.url, 'docs', '--json'], { env });
    expect(there.stderr).toContain('run wf_');
    expect({ code: there.code, findings: findingsOf(there.stdout) }).toEqual({
      code: 1,
      findings: findingsOf(here.stdout),
    });
  });

  it('passes on what a server refuses, with code, fix and attempt', async () => {
    await using tree = await folderOf(TREE);
    await using gateway = await startGateway({ cwd: tree.path });
    const env = {
      GREENLIGHT_API_KEY: 'gl_nobody_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      GREENLIGHT_URL: gateway.url,
    };
    const { code, stderr } = await runCli(['validate', '--server', 'docs'], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/(api_key_unknown|credential_malformed): .+ \(attempt [\w-]{22}\)/);
  });

  it('[K26] stops at Ctrl-C, says so, and leaves nothing running on the server', async () => {
    await using tree = await folderOf(
      Object.fromEntries(
        Array.from({ length: 3_000 }, (_, at) => [
          `docs/${at}.md`,
          `# Page ${at}\n\nText.\n\n\`\`\`js\nlet a = ${at};\n\`\`\`\n`,
        ]),
      ),
    );
    await using gateway = await startGateway({ cwd: tree.path });
    const env = { GREENLIGHT_API_KEY: gateway.apiKey, GREENLIGHT_URL: gateway.url };
    const child = spawnCli(['validate', '--server', 'docs'], { env });
    child.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('run wf_')) child.kill('SIGINT');
    });
    expect((await ended(child)).code).toBe(130);
    const tail = await runCli(['tail', 'workflows', '--since', 'earliest', '--until', 'workflow.cancelled'], {
      env,
    });
    expect(tail.code).toBe(0);
  });
});

const findingsOf = (json: string): unknown => (JSON.parse(json) as { findings: unknown }).findings;
