/** A folder of documents, written anew for a test. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export type Tree = AsyncDisposable & { readonly path: string };

export async function tree(files: Readonly<Record<string, string>>): Promise<Tree> {
  const path = await mkdtemp(join(tmpdir(), 'greenlight-tree-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Has white space at the end of a line, and a heading that is none. */
export const UNTIDY = '# Title\n\nSome text   \nand more.\n\n#Heading\n\nThe end.\n';

/** `count` documents in which something can be found, each linking to the next. */
export const manyDocuments = (count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `docs/page-${n.toString().padStart(4, '0')}.md`,
      `# Page ${n}\n\nSee [the next](page-${(n + 1).toString().padStart(4, '0')}.md).  \t\n\n${'Words and words. '.repeat(40)}\n\n\`\`\`json\n{"n": ${n}${n % 3 === 0 ? ',' : ''}}\n\`\`\`\n`,
    ]),
  );
