/** Each rule on real files: once where it must speak, exactly there, and once where it must not. */
import { describe, expect, it } from 'vitest';
import { OWN_RULES, type OwnRule } from './own-rules.ts';
import { makeTree, places, reportOn } from './testing/tree.ts';

type Case = {
  /** Files of the tree; `a.md` is the one that is looked at. */
  readonly fires: string | Readonly<Record<string, string | Uint8Array>>;
  readonly at: readonly string[];
  readonly clean: string | Readonly<Record<string, string | Uint8Array>>;
  readonly input?: object;
};

const SCHEMA = {
  type: 'object',
  required: ['title', 'date'],
  properties: {
    title: { type: 'string', minLength: 3 },
    date: { format: 'date' },
    tags: { type: 'array', items: { enum: ['a', 'b'] } },
    draft: { type: 'boolean' },
  },
  additionalProperties: false,
};
const MATTER = '---\ntitle: A page\ndate: 2026-01-31\ntags: [a, b]\ndraft: true\n---\n\nText.\n';
const TRUTH = {
  terms: { JavaScript: ['Javascript', 'Java Script'], Kubernetes: ['k8s'] },
  products: [{ name: 'Greenlight', versions: ['1.2.0', '1.3.1'] }],
  forbidden: [{ phrase: 'one hundred percent secure', reason: 'Nothing is.' }],
};
const fence = (tag: string, code: string): string => `# Page\n\n\`\`\`${tag}\n${code}\n\`\`\`\n`;

const CASES: Partial<Record<OwnRule, Case>> = {
  'file/too-large': {
    fires: `# Page\n\n${'word '.repeat(50)}\n`,
    at: ['1:1'],
    clean: '# Page\n',
    input: { limits: { maxFileBytes: 100 } },
  },
  'file/binary': { fires: { 'a.md': new Uint8Array([35, 32, 0, 1, 2]) }, at: ['1:1'], clean: '# Page\n' },
  'file/invalid-utf8': {
    fires: { 'a.md': Buffer.concat([Buffer.from('# Päge\n\nabc'), Buffer.from([0xe4, 0x20])]) },
    at: ['3:4'],
    clean: '# Päge 😀\n',
  },
  'file/byte-order-mark': { fires: '\uFEFF# Page\n', at: ['1:1'], clean: '# Page\n' },
  'file/more-findings': {
    fires: '# Page\n\n[a](x)\n[b](y)\n[c](z)\n',
    at: ['1:1'],
    clean: '# Page\n\n[a](x)\n[b](y)\n',
    input: { limits: { maxFindingsPerRule: 2 } },
  },
  'frontmatter/syntax': { fires: '---\ntitle: "A\nb: [1\n---\n\nText.\n', at: ['4:1'], clean: MATTER },
  'frontmatter/unclosed': {
    fires: '---\ntitle: A page\n\nText.\n',
    at: ['1:1'],
    clean: '---\n\nA thematic break, then text.\n',
  },
  'frontmatter/not-a-mapping': { fires: '---\n- a\n- b\n---\n\nText.\n', at: ['2:1'], clean: MATTER },
  'frontmatter/required': {
    fires: '---\ntitle: A page\n---\n\nText.\n',
    at: ['1:1'],
    clean: MATTER,
    input: { schema: SCHEMA },
  },
  'frontmatter/type': {
    fires: MATTER.replace('true', '"yes"'),
    at: ['5:1'],
    clean: MATTER,
    input: { schema: SCHEMA },
  },
  'frontmatter/value': {
    fires: MATTER.replace('2026-01-31', '2026-02-30').replace('[a, b]', '[a, c]').replace('A page', 'A'),
    at: ['2:1', '3:1', '4:11'],
    clean: MATTER,
    input: { schema: SCHEMA },
  },
  'frontmatter/unknown-field': {
    fires: MATTER.replace('draft', 'drafts'),
    at: ['5:1'],
    clean: MATTER,
    input: { schema: SCHEMA },
  },
  'fence/unclosed': { fires: '# Page\n\n```text\ncode\n', at: ['3:1'], clean: fence('text', 'code') },
  'fence/unknown-language': {
    fires: fence('javscript', '1'),
    at: ['3:4'],
    clean: fence('{.haskell}', 'main = 1'),
  },
  'fence/language-mismatch': {
    fires: fence('json', '{ // why\n  "a": 1 }'),
    at: ['3:4'],
    clean: fence('jsonc', '{ // why\n  "a": 1 }'),
  },
  'fence/json': {
    fires: fence('json', '{\n  "a": 1,\n}'),
    at: ['5:9'],
    clean: fence('json', '{ "a": [1, -2.5e3, "\\u00e4", null] }'),
  },
  'fence/yaml': {
    fires: fence('yaml', 'a: 1\nb: [1, 2'),
    at: ['5:9'],
    clean: fence('yml', 'a: 1\n---\nb: !custom [1]'),
  },
  'fence/toml': {
    fires: fence('toml', 'a = 1\nb = '),
    at: ['5:5'],
    clean: fence('toml', '[a]\nb = 2026-01-31'),
  },
  'fence/javascript': {
    fires: '# Page\n\n- In a list:\n\n  ```js\n  const a = ;\n  ```\n',
    at: ['6:13'],
    clean:
      fence('js', 'const a = 1;\nconst a = 2;\nreturn await f(...args)') +
      fence('jsx', '<a />\n<b />').slice(8) +
      fence('js', 'method() {},\nkey: 1').slice(8),
  },
  'fence/typescript': {
    fires: fence('ts', 'let a: = 1;'),
    at: ['4:8'],
    clean: fence('ts', 'f(a: string): void;') + fence('tsx', 'const a = <T,>(b: T) => <b>{b}</b>;').slice(8),
  },
  'fence/python': {
    fires: fence('python', 'def f():\n  é = "😀" )'),
    at: ['5:12'],
    clean: fence('py', '>>> f(1)\n2\n>>> await g()\n') + fence('python', '  %time x\n  y = ...').slice(8),
  },
  'fence/shell': {
    fires: fence('sh', 'echo 1\nif true; then\n  echo (2)\nfi'),
    at: ['6:9'],
    clean: fence('console', '$ npm install <name>\nadded (1) package\n$ echo "a" \\\n  | wc'),
  },
  'fence/placeholder': {
    fires: fence('json', '{ "a": ... }'),
    at: ['4:8'],
    clean: fence('js', 'f({ a, ... })'),
  },
  'headings/empty': {
    fires: '# Page\n\n##\n\nText.\n',
    at: ['3:1'],
    clean: '# Page\n\n## `code`\n\nText.\n',
  },
  'headings/duplicate-anchor': {
    fires: '# Page\n\n<a id="x"></a>\n\nText.\n\n<a name="x"></a>\n',
    at: ['7:1'],
    clean: '# Page\n\n<a id="x"></a>\n\n<a id="y"></a>\n',
  },
  'seo/title-missing': { fires: '## Page\n\nText.\n', at: ['1:1'], clean: MATTER },
  'seo/title-length': {
    fires: `---\ntitle: ${'long '.repeat(20)}\n---\n\nText.\n`,
    at: ['2:1'],
    clean: '# Page\n',
  },
  'seo/description-missing': { fires: '---\ntitle: A page\n---\n\nText.\n', at: ['1:1'], clean: '# Page\n' },
  'seo/description-length': {
    fires: '---\ntitle: A page\ndescription: Short.\n---\n\nText.\n',
    at: ['3:1'],
    clean: `---\ntitle: A page\ndescription: ${'word '.repeat(20)}\n---\n\nText.\n`,
  },
  'truth/term': {
    fires: '# Page\n\nWe use *Javascript* and k8s, `k8s` too.\n',
    at: ['3:9', '3:25'],
    clean: '# Page\n\nWe use JavaScript, [that](k8s.md "k8s"). JAVASCRIPT!\n',
    input: { truth: TRUTH, rules: { 'truth/term': 'warning' } },
  },
  'truth/spelling': {
    fires: '# Page\n\nAsk **Greenligth** for help.\n',
    at: ['3:7'],
    clean: "# Page\n\nGreenlight's and Greenlights are fine; so are green lights.\n",
    input: { truth: TRUTH },
  },
  'truth/version': {
    fires: '# Page\n\nGreenlight v1.4 or\nGreenlight 1.2.9.\n',
    at: ['3:13', '4:12'],
    clean: '# Page\n\nGreenlight 1.2, version 9, Greenlight v1.3.1.\n',
    input: { truth: TRUTH },
  },
  'truth/forbidden': {
    fires: '# Page\n\nIt is one *hundred*\npercnt secure.\n',
    at: ['3:7'],
    clean: '# Page\n\nIt is secure to one hundred.\n',
    input: { truth: TRUTH },
  },
  'links/missing-file': {
    fires: {
      'a.md':
        '# Page\n\n[a](gide.md) and ![b](<no image.png>)\n\n[c]: ./none.md#x\n\n[c], <a href="no.md">d</a>\n',
      'guide.md': '# Guide\n',
    },
    at: ['3:5', '3:24', '5:6', '7:15'],
    clean: {
      'a.md': '# Page\n\n[a](guide.md), [b](my%20guide.md?x#guide), [c](guide), [d](docs/)\n',
      'guide.md': '# Guide\n',
      'my guide.md': '# Guide\n',
      'docs/x.txt': '',
    },
  },
  'links/missing-anchor': {
    fires: { 'a.md': '# Page\n\n[a](#pag) [b](b.md#nowhere)\n', 'b.md': '# Some `code` & more!\n' },
    at: ['3:5', '3:15'],
    clean: {
      'a.md':
        '# Page\n\n## Page\n\n[a](#page) [b](#page-1) [c](b.md#some-code--more) [d](#top) [e](b.md#x) [f](b.md#own) [g](c.js#L3)\n',
      'b.md': '# Some `code` & more!\n\n<a id="x"></a>\n\n## Another {#own}\n',
      'c.js': '',
    },
  },
  'links/anchor-case': { fires: '# Page\n\n[a](#Page)\n', at: ['3:5'], clean: '# Page\n\n[a](#page)\n' },
  'links/site-path': {
    fires: '# Page\n\n[a](/docs/none/)\n',
    at: ['3:5'],
    clean: { 'a.md': '# Page\n\n[a](/docs/b.md)\n', 'docs/b.md': '# B\n\n[a](/a.md)\n' },
  },
  'links/outside-root': {
    fires: '# Page\n\n[a](../../x.md)\n',
    at: ['3:5'],
    clean: '# Page\n\n[a](./a.md)\n',
  },
  'links/invalid': {
    fires: '# Page\n\n[a](b%zz.md) <https://[bad/>\n',
    at: ['3:5'],
    clean: '# Page\n\n[a](mailto:x@y.z) [b]({{ url }}) [c](tel:123)\n',
  },
};

/** Proven where the circumstances are: discover, engine and external tests. */
const ELSEWHERE: readonly OwnRule[] = [
  'file/missing',
  'file/no-match',
  'file/outside-root',
  'file/symlink-loop',
  'file/unreadable',
  'file/vanished',
  'file/not-a-file',
  'file/too-many',
  'file/timeout',
  'file/crashed',
  'fence/not-checked',
  ...(Object.keys(OWN_RULES) as OwnRule[]).filter((rule) => rule.startsWith('external/')),
];

describe('every rule of our own', () => {
  it('has a case where it speaks and one where it does not', () => {
    const proven = [...Object.keys(CASES), ...ELSEWHERE].toSorted();
    expect(proven).toEqual(Object.keys(OWN_RULES).toSorted());
  });

  for (const [rule, { fires, at, clean, input }] of Object.entries(CASES)) {
    const files = (given: Case['fires']): Readonly<Record<string, string | Uint8Array>> =>
      typeof given === 'string' ? { 'a.md': given } : given;

    it(`[V6] ${rule} speaks where it must`, async () => {
      await using tree = await makeTree(files(fires));
      const report = await reportOn(tree, { recommend: false, ...input });
      const found = report.findings.filter((finding) => finding.rule === rule);
      expect(places(found)).toEqual(at.map((place) => `a.md:${place} ${rule}`));
      for (const { message, excerpt } of found) {
        expect(message).toMatch(/[.?]$/);
        expect(excerpt.length).toBeLessThanOrEqual(200);
      }
    });

    it(`[V6] ${rule} is silent where it must`, async () => {
      await using tree = await makeTree(files(clean));
      const report = await reportOn(tree, { recommend: false, ...input });
      expect(report.findings.filter((finding) => finding.rule === rule)).toEqual([]);
    });
  }
});

describe('front matter', () => {
  it('may be YAML, TOML or JSON, with the place of what is wrong', async () => {
    await using tree = await makeTree({
      'json.md': '{\n  "title": "A page",\n  "draft": "yes"\n}\n\nText.\n',
      'toml.md': '+++\ntitle = "A page"\ndraft = "yes"\n+++\n\nText.\n',
      'toml-broken.md': '+++\ntitle = "A page\n+++\n\nText.\n',
      'yaml.md': '---\ntitle: A page\ndraft: "yes"\n---\n\nText.\n',
    });
    const schema = { properties: { draft: { type: 'boolean' } } };
    const report = await reportOn(tree, {
      schema,
      rules: { 'seo/description-missing': 'off', 'seo/title-missing': 'off' },
    });
    expect(places(report.findings)).toEqual([
      'json.md:3:3 frontmatter/type',
      'toml-broken.md:2:16 frontmatter/syntax',
      'toml.md:3:1 frontmatter/type',
      'yaml.md:3:1 frontmatter/type',
    ]);
  });

  it('without a title of its own needs a heading, and with one needs none', async () => {
    await using tree = await makeTree({ 'a.md': '---\ntitle: A page\n---\n\n# A page\n\n## Part\n' });
    const report = await reportOn(tree, { profile: 'strict', rules: { 'seo/description-missing': 'off' } });
    expect(places(report.findings)).toEqual([]);
  });
});

describe('profiles', () => {
  const page =
    '---\ntitle: A page\ndescription: A page that shows what a well-formed page looks like.\n---\n\n# A page\n\nText with `code`, a [list of things](#more) and\na long line.\n\n## More\n\n- one\n- two\n  - three\n\n1. first\n2. second\n\n```js\nconst a = 1;\n```\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n> A quote.\n\n![Alt](a.png)\n';

  it.for(['default', 'strict', 'quick', 'content_only'])(
    '[V5] find nothing on a well-formed page: %s',
    async (profile) => {
      await using tree = await makeTree({ 'a.md': page, 'a.png': '' });
      const report = await reportOn(tree, { profile });
      expect(places(report.findings)).toEqual([]);
      expect(report.summary).toMatchObject({ files: 1, failed: 0, recommendations: 0 });
    },
  );

  it('decide which tiers run and how severe findings are', async () => {
    const text = '# Page\n\nTrailing  \n\n[a](none.md)\n\n```json\n{\n```\n';
    await using tree = await makeTree({ 'a.md': `${text}\n` });
    const found = async (profile: string): Promise<string[]> =>
      (await reportOn(tree, { profile, recommend: false })).findings.map(
        ({ rule, severity }) => `${rule} ${severity}`,
      );
    expect(await found('default')).toEqual(['links/missing-file error', 'fence/json error', 'MD012 info']);
    expect(await found('strict')).toEqual(['links/missing-file error', 'fence/json error', 'MD012 warning']);
    expect(await found('quick')).toEqual(['fence/json error', 'MD012 info']);
    expect(await found('content_only')).toEqual([]);
  });

  it('give way to what is said of single rules', async () => {
    await using tree = await makeTree({ 'a.md': '# Page\n\n[a](none.md)\n\n<b>bold</b>\n' });
    const rules = { 'links/missing-file': 'info', MD033: 'error' };
    const report = await reportOn(tree, { rules, recommend: false });
    expect(report.findings.map(({ rule, severity }) => `${rule} ${severity}`)).toEqual([
      'links/missing-file info',
      'MD033 error',
    ]);
    const off = await reportOn(tree, { rules: { 'links/missing-file': 'off' } });
    expect(off.findings).toEqual([]);
  });

  it('leave a comment to the linter in force, and still see links and headings', async () => {
    await using tree = await makeTree({
      'a.md': '<!-- markdownlint-disable-file -->\n\n#Page\n\n[a](none.md)\n',
    });
    const report = await reportOn(tree, { recommend: false });
    expect(report.findings.map(({ rule }) => rule)).toEqual(['seo/title-missing', 'links/missing-file']);
  });
});

describe('places', () => {
  it('[V4] are 1-based and in UTF-16 units, whatever ends the lines and whatever comes first', async () => {
    const body = '# Page\r\n\r\n😀 [a](none.md)  x\r\n';
    await using tree = await makeTree({
      'a.md': body,
      'b.md': `\uFEFF---\r\ntitle: B page\r\n---\r\n\r\n${body}`,
    });
    const report = await reportOn(tree, { recommend: false });
    const links = report.findings.filter(({ rule }) => rule === 'links/missing-file');
    expect(places(links)).toEqual(['a.md:3:8 links/missing-file', 'b.md:7:8 links/missing-file']);
    expect(links[0]?.excerpt).toBe('😀 [a](none.md)  x');
  });
});
