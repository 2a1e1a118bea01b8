/** Python and the shell parse their own code. Nothing is ever executed: `ast.parse`, and `bash -n`. */
import { utf16Column } from '../characters.ts';
import { LineChild } from './line-child.ts';
import type { PendingCode } from './pending.ts';
import { isPlainShell } from './shell-source.ts';
import { hasPlaceholder } from './source.ts';

/** Longer code is not sent to an interpreter. Characters. */
const MAX_CODE = 200_000;

const TOO_LONG = `The code is longer than ${MAX_CODE.toLocaleString('en')} characters and was not checked.`;

export type CodeVerdict =
  | { readonly kind: 'fine' }
  | {
      readonly kind: 'problem';
      readonly rule: 'fence/python' | 'fence/shell' | 'fence/placeholder';
      /** Which row, from 0, and where in its text, from 1. */
      readonly row: number;
      readonly column: number;
      readonly message: string;
    }
  /** `once`: it holds for all code of this language, so once is enough to say it. */
  | { readonly kind: 'unchecked'; readonly message: string; readonly once: boolean };

const PYTHON = `
import ast, json, sys, warnings
warnings.simplefilter("ignore")
sys.setrecursionlimit(2000)
for line in sys.stdin:
    answer = {}
    try:
        ast.parse(json.loads(line))
    except SyntaxError as error:
        answer = {"line": error.lineno or 1, "column": error.offset or 1, "reason": error.msg or "invalid syntax"}
    except (ValueError, RecursionError, MemoryError) as error:
        answer = {"line": 1, "column": 1, "reason": str(error) or "it is nested too deeply"}
    print(json.dumps(answer), flush=True)
`;

// The loop keeps one shell for the engine; each text is parsed by a \`bash -n\` that reads it from a pipe.
const SHELL = `
while IFS= read -r text; do
  said=$(printf '%b' "$text" | bash --norc --noprofile -n 2>&1)
  code=$?
  printf '%s\\t%s\\n' "$code" "\${said%%$'\\n'*}"
done
`;

export class Interpreters {
  readonly #python = new LineChild({ command: 'python3', args: ['-I', '-S', '-u', '-c', PYTHON] });
  readonly #shell = new LineChild({ command: 'bash', args: ['--norc', '--noprofile', '-c', SHELL] });

  async check(code: PendingCode): Promise<CodeVerdict> {
    const text = code.rows.map((row) => row.text).join('\n');
    if (text.trim() === '') return { kind: 'fine' };
    if (text.length > MAX_CODE) return { kind: 'unchecked', message: TOO_LONG, once: false };
    switch (code.interpreter) {
      case 'python':
        return await this.#checkPython(text);
      case 'shell':
        return await this.#checkShell(text);
      default:
        return code.interpreter satisfies never;
    }
  }

  close(): void {
    this.#python.close();
    this.#shell.close();
  }

  async #checkPython(text: string): Promise<CodeVerdict> {
    const answer = await this.#python.ask(JSON.stringify(text));
    if (answer.kind !== 'line') return unchecked('Python', 'python3', answer.kind);
    const said: unknown = JSON.parse(answer.line);
    if (!isPythonProblem(said)) return { kind: 'fine' };
    const row = said.line - 1;
    const rowText = text.split('\n')[row] ?? '';
    const column = utf16Column(rowText, said.column);
    if (hasPlaceholder(text, { brackets: true })) return placeholder('Python', row, column);
    return {
      kind: 'problem',
      rule: 'fence/python',
      row,
      column,
      message: `The Python cannot be parsed: ${said.reason}.`,
    };
  }

  async #checkShell(text: string): Promise<CodeVerdict> {
    if (isPlainShell(text)) return { kind: 'fine' };
    const line = text
      .replaceAll('\\', '\\\\')
      .replaceAll('\n', '\\n')
      .replaceAll(/[\0\r]/g, '');
    const answer = await this.#shell.ask(`${line}\\n`);
    if (answer.kind !== 'line') return unchecked('Shell code', 'bash', answer.kind);
    const [status, said = ''] = answer.line.split('\t');
    if (status === '0') return { kind: 'fine' };
    const match = /line (\d+): (?:syntax error:? ?)?(.*)$/.exec(said);
    const rows = text.split('\n');
    const row = Math.min(Number(match?.[1] ?? 1), rows.length) - 1;
    const token = /near unexpected token [`'](.+)'$/.exec(said)?.[1];
    const found = token === undefined || token === 'newline' ? -1 : (rows[row]?.indexOf(token) ?? -1);
    const column = found < 0 ? 1 : found + 1;
    if (hasPlaceholder(text, { brackets: true })) return placeholder('shell code', row, column);
    const reason = (match?.[2] ?? said).replaceAll(/`([^']*)'/g, '`$1`');
    return {
      kind: 'problem',
      rule: 'fence/shell',
      row,
      column,
      message: `The shell code cannot be parsed: ${reason}.`,
    };
  }
}

function placeholder(name: string, row: number, column: number): CodeVerdict {
  const message = `The ${name} stands with placeholders, so it was not checked.`;
  return { kind: 'problem', rule: 'fence/placeholder', row, column, message };
}

function unchecked(name: string, program: string, why: 'unavailable' | 'lost'): CodeVerdict {
  return {
    kind: 'unchecked',
    once: why === 'unavailable',
    message:
      why === 'unavailable'
        ? `${name} was not checked anywhere: there is no \`${program}\` on this machine.`
        : `${name} was not checked here: \`${program}\` died or hung on it.`,
  };
}

function isPythonProblem(value: unknown): value is { line: number; column: number; reason: string } {
  return (
    typeof value === 'object' && value !== null && 'line' in value && 'column' in value && 'reason' in value
  );
}
