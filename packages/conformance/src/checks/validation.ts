/** Section V: what of validation can be seen without knowing the server's documents. */
import { type Check, NotCheckable } from '../check.ts';
import type { Json } from '../speak/ask.ts';
import type { Visit } from '../visit.ts';

const WELL_FORMED =
  '---\ntitle: A page\ndescription: It has everything that a page needs, and nothing else.\n---\n\n# A page\n\nSome text.\n';

/** Runs one validation to its end, and gives what it kept of each document. */
async function validate(
  visit: Visit,
  input: object,
): Promise<{ id: string; state: string; documents: Json[] }> {
  const answer = await visit.post('/api/v1/workflows', { kind: 'validation', input });
  if (answer.status === 403) throw new NotCheckable('It needs a run, which this key may not start.');
  if (answer.status !== 201) throw new Error(`The run was answered ${answer.status}: ${answer.text}`);
  const { id } = answer.json;
  await visit.runToEnd(id);
  const { state } = (await visit.ask(`/api/v1/workflows/${id}`)).json;
  const { items } = (await visit.ask(`/api/v1/validations?workflow=${id}`)).json;
  return { id, state, documents: items };
}

const rulesOf = ({ findings }: Json): string[] => findings.map(({ rule }: Json) => rule);

export const VALIDATION: readonly Check[] = [
  {
    rule: 'V1',
    name: 'whatever is named',
    proves:
      'Whatever is named as input is answered with a result or a finding; one wrong document does not end the run.',
    does: 'Validates a path that does not exist beside a document that does.',
    expected: { state: 'completed', documents: 2, finding: true },
    async see(visit) {
      const content = [{ name: 'good.md', text: WELL_FORMED }];
      const { state, documents } = await validate(visit, { paths: ['there-is-no-such-folder'], content });
      return {
        state,
        documents: documents.length,
        finding: documents.some(({ findings }) => findings.length > 0),
      };
    },
  },
  {
    rule: 'V2',
    name: 'outside the roots',
    proves: 'Nothing outside the allowed folders is read, and whether something exists there is not told.',
    does: 'Names two paths outside of which one exists on most machines.',
    expected: { alike: true, read: false },
    async see(visit) {
      const look = async (path: string): Promise<string> =>
        JSON.stringify(
          (await validate(visit, { paths: [path] })).documents.map(({ findings }) =>
            findings.map(({ rule, message }: Json) => [rule, message]),
          ),
        ).replaceAll(path, 'PATH');
      const [there, absent] = [await look('/etc/passwd'), await look('/etc/there-is-no-such-file')];
      return { alike: there === absent, read: there.includes('root:'), there, absent };
    },
  },
  {
    rule: 'V3',
    name: 'order of results',
    proves: 'Results come in the order of the documents, whatever is finished first.',
    does: 'Validates a long document before four short ones.',
    expected: { order: ['a.md', 'b.md', 'c.md', 'd.md', 'e.md'] },
    async see(visit) {
      const content = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
        name: `${name}.md`,
        text: name === 'a' ? `${WELL_FORMED}\n${'More text to read. '.repeat(5_000)}\n` : WELL_FORMED,
      }));
      const { documents } = await validate(visit, { content });
      return { order: documents.map(({ file }) => file) };
    },
  },
  {
    rule: 'V5',
    name: 'a well-formed page',
    proves: 'A well-formed page has no findings.',
    does: 'Validates one.',
    expected: { rules: [] },
    async see(visit) {
      const { documents } = await validate(visit, { content: [{ name: 'page.md', text: WELL_FORMED }] });
      return { rules: documents.flatMap(rulesOf) };
    },
  },
  {
    rule: 'V15',
    name: 'unknown options',
    proves: 'An unknown option is refused with a sentence that names it and the known ones.',
    does: 'Starts a validation with one.',
    expected: { code: 'invalid_input', detail: /nonsense.*paths|paths.*nonsense/s },
    async see(visit) {
      const input = { paths: ['.'], nonsense: true };
      const { json } = await visit.post('/api/v1/workflows', { kind: 'validation', input });
      return { code: json?.code, detail: json?.detail };
    },
  },
  {
    rule: 'V17',
    name: 'SARIF',
    proves: 'A SARIF report has the shape of SARIF 2.1.0.',
    does: 'Asks for the report of a run of one document.',
    expected: { version: '2.1.0', schema: /sarif/, driver: /./, results: true },
    async see(visit) {
      const { id } = await validate(visit, {
        content: [{ name: 'page.md', text: '# A page\n\n### Too deep\n' }],
      });
      const { json } = await visit.ask(`/api/v1/workflows/${id}/report?format=sarif`);
      const [run] = json?.runs ?? [];
      return {
        version: json?.version,
        schema: json?.$schema,
        driver: run?.tool?.driver?.name,
        results: Array.isArray(run?.results),
      };
    },
  },
];
