import { chmod, mkdir, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { discover } from './discover.ts';
import { inputOf, makeTree, places, type Tree } from './testing/tree.ts';

const PAGE = '# Page\n';

async function look(
  tree: Tree,
  input: object,
  roots: readonly string[] = ['.'],
): Promise<{ files: string[]; findings: string[] }> {
  const found = await discover(inputOf(input), { roots, cwd: tree.path });
  return { files: found.files.map(({ file }) => file), findings: places(found.findings) };
}

describe('discovering documents', () => {
  it('takes files, folders and globs, each document once, sorted', async () => {
    await using tree = await makeTree({
      'b.md': PAGE,
      'a.md': PAGE,
      'docs/c.md': PAGE,
      'docs/deep/d.markdown': PAGE,
      'docs/e.txt': PAGE,
    });
    expect(await look(tree, { paths: ['.'] })).toEqual({
      files: ['a.md', 'b.md', 'docs/c.md', 'docs/deep/d.markdown'],
      findings: [],
    });
    expect(await look(tree, { paths: ['docs', 'docs/c.md', 'docs/**/*.md'] })).toEqual({
      files: ['docs/c.md', 'docs/deep/d.markdown'],
      findings: [],
    });
    expect(await look(tree, { paths: ['docs/e.txt'] })).toEqual({ files: ['docs/e.txt'], findings: [] });
    expect(await look(tree, { paths: ['*.md'] })).toEqual({ files: ['a.md', 'b.md'], findings: [] });
    expect(await look(tree, { paths: ['.'], exclude: ['docs/deep/**'] })).toMatchObject({
      files: ['a.md', 'b.md', 'docs/c.md'],
    });
    expect(await look(tree, { paths: ['docs'], include: ['*.txt'] })).toMatchObject({
      files: ['docs/e.txt'],
    });
  });

  it('takes a file whose name looks like a glob as it is', async () => {
    await using tree = await makeTree({ '[id].md': PAGE, 'i.md': PAGE });
    expect(await look(tree, { paths: ['[id].md'] })).toEqual({ files: ['[id].md'], findings: [] });
  });

  it('looks into node_modules only when it is named', async () => {
    await using tree = await makeTree({
      'a.md': PAGE,
      'node_modules/x/README.md': PAGE,
      'node_modules/x/node_modules/y/README.md': PAGE,
    });
    expect(await look(tree, { paths: ['.'] })).toMatchObject({ files: ['a.md'] });
    const all = ['node_modules/x/README.md', 'node_modules/x/node_modules/y/README.md'];
    expect(await look(tree, { paths: ['node_modules'] })).toEqual({ files: all, findings: [] });
    expect(await look(tree, { paths: ['node_modules/**/*.md'] })).toEqual({ files: all, findings: [] });
  });

  it('[V1] answers each name that leads to nothing', async () => {
    await using tree = await makeTree({ 'a.md': PAGE, 'empty/x.txt': '' });
    expect(await look(tree, { paths: ['gone.md', 'a.md', 'empty', '*.mdx'] })).toEqual({
      files: ['a.md'],
      findings: ['*.mdx:1:1 file/no-match', 'empty:1:1 file/no-match', 'gone.md:1:1 file/missing'],
    });
  });

  it('[V2] neither reads nor confirms what is outside the roots', async () => {
    await using outside = await makeTree({ 'secret.md': PAGE });
    await using tree = await makeTree({ 'in/a.md': PAGE });
    await symlink(outside.path, join(tree.path, 'in/way-out'));
    await symlink(join(outside.path, 'secret.md'), join(tree.path, 'in/secret.md'));
    const absolute = join(outside.path, 'secret.md');
    const paths = ['in', absolute, join(outside.path, 'not-there.md'), join(outside.path, '*.md'), '..'];
    const found = await look(tree, { paths }, ['in']);
    expect(found.files).toEqual(['in/a.md']);
    expect(found.findings.map((finding) => finding.split(' ')[1])).toEqual(
      Array<string>(6).fill('file/outside-root'),
    );
    expect(found.findings.some((finding) => finding.startsWith('in/way-out'))).toBe(true);
  });

  it('reports symbolic links that lead back, and follows those that do not', async () => {
    await using tree = await makeTree({ 'docs/a.md': PAGE, 'more/b.md': PAGE });
    await symlink('..', join(tree.path, 'docs/up'));
    await symlink('loop.md', join(tree.path, 'docs/loop.md'));
    await symlink('../more', join(tree.path, 'docs/more'));
    await symlink('gone.md', join(tree.path, 'docs/dangling.md'));
    expect(await look(tree, { paths: ['docs'] })).toEqual({
      files: ['docs/a.md', 'docs/more/b.md'],
      findings: [
        'docs/dangling.md:1:1 file/missing',
        'docs/loop.md:1:1 file/symlink-loop',
        'docs/up/docs:1:1 file/symlink-loop',
      ],
    });
  });

  it('reports what is no file', async () => {
    await using tree = await makeTree({});
    const server = createServer().listen(join(tree.path, 'socket.md'));
    await new Promise((resolve) => server.once('listening', resolve));
    expect(await look(tree, { paths: ['socket.md'] })).toEqual({
      files: [],
      findings: ['socket.md:1:1 file/not-a-file'],
    });
    await new Promise((resolve) => server.close(resolve));
  });

  it.skipIf(process.getuid?.() === 0)('reports a folder that cannot be read', async () => {
    await using tree = await makeTree({ 'a.md': PAGE });
    await mkdir(join(tree.path, 'locked'));
    await chmod(join(tree.path, 'locked'), 0);
    expect(await look(tree, { paths: ['.'] })).toEqual({
      files: ['a.md'],
      findings: ['locked:1:1 file/unreadable'],
    });
    await chmod(join(tree.path, 'locked'), 0o700);
  });

  it('stops at the limit and says so', async () => {
    await using tree = await makeTree({ 'a.md': PAGE, 'b.md': PAGE, 'c.md': PAGE });
    expect(await look(tree, { paths: ['.'], limits: { maxFiles: 2 } })).toEqual({
      files: ['a.md', 'b.md'],
      findings: ['.:1:1 file/too-many'],
    });
  });

  it('stops when it is told to', async () => {
    await using tree = await makeTree({ 'a.md': PAGE });
    const reason = new Error('enough');
    await expect(
      discover(inputOf({ paths: ['.'] }), {
        roots: ['.'],
        cwd: tree.path,
        signal: AbortSignal.abort(reason),
      }),
    ).rejects.toBe(reason);
  });
});
