/** What was asked on the command line. The key itself is never there. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isWanted } from './run-checks.ts';

export type Asked =
  | { readonly kind: 'help' }
  | { readonly kind: 'list'; readonly only: readonly string[] }
  | {
      readonly kind: 'run';
      readonly url: URL;
      readonly key: string;
      readonly json: boolean;
      readonly only: readonly string[];
    }
  /** `sentence`: what is wrong, and what to do. */
  | { readonly kind: 'wrong'; readonly sentence: string };

export const HELP = `Proves, rule by rule, that a server speaks the Greenlight protocol.

  greenlight-conformance <url> --key-env NAME | --key-file PATH

  --key-env NAME    variable that holds an API key, best an administrator's
  --key-file PATH   file that holds it
  --only P,H7       these sections and rules only
  --list            the checks, without running them
  --json            one JSON document instead of lines

Exit codes: 0 nothing failed, 1 something did, 2 wrongly called.
`;

export function readCommandLine(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  rules: readonly string[],
): Asked {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'key-env': { type: 'string' },
        'key-file': { type: 'string' },
        only: { type: 'string' },
        list: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  if (values.help) return { kind: 'help' };
  const only = (values.only ?? '').split(',').filter((rule) => rule !== '');
  const unknown = only.find((rule) => !rules.some((known) => isWanted([rule], known)));
  if (unknown !== undefined) return wrong(`There is no rule or section "${unknown}"; --list names them.`);
  if (values.list) return { kind: 'list', only };

  const [address = '', ...more] = positionals;
  if (!/^https?:\/\//.test(address) || !URL.canParse(address) || more.length > 0)
    return wrong('Name one server, such as http://127.0.0.1:8585.');
  const key = keyFrom(values['key-env'], values['key-file'], env);
  if (!key.ok) return wrong(key.sentence);
  return { kind: 'run', url: new URL(address), key: key.key, json: values.json === true, only };
}

type Found = { readonly ok: true; readonly key: string } | { readonly ok: false; readonly sentence: string };

function keyFrom(
  name: string | undefined,
  path: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Found {
  if ((name === undefined) === (path === undefined))
    return { ok: false, sentence: 'Say where the key is: --key-env NAME or --key-file PATH.' };
  if (name !== undefined) {
    const key = env[name]?.trim() ?? '';
    return key === '' ? { ok: false, sentence: `The variable ${name} is not set.` } : { ok: true, key };
  }
  try {
    return { ok: true, key: readFileSync(path as string, 'utf8').trim() };
  } catch {
    return { ok: false, sentence: `The file ${path} cannot be read.` };
  }
}

const wrong = (sentence: string): Asked => ({ kind: 'wrong', sentence });
