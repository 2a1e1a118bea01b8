/**
 * JavaScript, TypeScript and JSX, as documentation shows them: pieces of modules and scripts, a class member or
 * an object alone, `await` and `return` outside functions. Only what no such reading can parse is a problem.
 */
import { parse, type ParserOptions } from '@babel/parser';
import { type CodeProblem, hasPlaceholder } from './source.ts';

type Dialect = 'javascript' | 'flow' | 'typescript' | 'tsx';
type Plugins = NonNullable<ParserOptions['plugins']>;

const PLUGINS: Record<Dialect, Plugins> = {
  javascript: ['jsx', 'decorators'],
  flow: ['flow', 'jsx', 'decorators'],
  typescript: ['typescript', 'decorators'],
  tsx: ['typescript', 'jsx', 'decorators'],
};

/** Wrong in a program and usual in pieces that are shown together, such as a name declared twice. */
const MEANING: ReadonlySet<string> = new Set([
  'VarRedeclaration',
  'DuplicateExport',
  'DuplicateDefaultExport',
  'DuplicateConstructor',
  'DuplicateProto',
  'DuplicateRequiredParameter',
  'IllegalBreakContinue',
  'IllegalReturn',
  'InvalidPrivateFieldResolution',
  'LabelRedeclaration',
  'LetInLexicalBinding',
  'MissingClassName',
  'ModuleExportUndefined',
  'ParamDupe',
  'PrivateNameRedeclaration',
  'SuperNotAllowed',
  'UndeclaredExport',
  'DeclarationMissingInitializer',
  'ConstructorImplementationMissing',
]);

const TYPED = 'This is JavaScript with types: the tag is `ts`.';

type Failure = { readonly line: number; readonly column: number; readonly reason: string };

export function checkScript(code: string, dialect: Dialect): CodeProblem | null {
  const failure = firstFailure(code, dialect);
  if (failure === null || readsAsPiece(code, dialect)) return null;
  const { line, column, reason } = failure;
  if (dialect === 'javascript') {
    const typed = firstFailure(code, 'typescript') === null || firstFailure(code, 'tsx') === null;
    if (typed) return { rule: 'language-mismatch', line, column, message: TYPED, tag: 'ts' };
    if (firstFailure(code, 'flow') === null) return null;
  }
  if (hasPlaceholder(code, { brackets: true }))
    return {
      rule: 'placeholder',
      line,
      column,
      message: 'The code stands with placeholders, so it was not checked.',
    };
  const rule = dialect === 'javascript' ? 'javascript' : 'typescript';
  const name = rule === 'javascript' ? 'JavaScript' : 'TypeScript';
  return { rule, line, column, message: `The ${name} cannot be parsed: ${reason}` };
}

/** As a whole, as an expression, as members of an object, as members of a class, without its ellipses. */
function readsAsPiece(code: string, dialect: Dialect): boolean {
  const trimmed = code.trim().replace(/[;,]$/, '');
  const filled = code.replaceAll(/(^|[\s([{,;:=|>])(?:\.\.\.|…)(?=$|[\s)\]},;])/gm, '$1/**/');
  const readings = [code, `(${trimmed}\n)`, `({${trimmed}\n})`, `class _ {${code}\n}`];
  // Neighbours without a parent. Other text would pass as text inside the fragment.
  if (dialect !== 'typescript' && trimmed.startsWith('<')) readings.push(`<>${code}</>`);
  if (dialect !== 'javascript')
    readings.push(`interface _ {${code}\n}`, `type _ = ${trimmed}\n`, `declare ${trimmed}\n`);
  if (filled !== code) readings.push(filled, `(${filled.trim().replace(/[;,]$/, '')}\n)`);
  return (
    readings.some((reading) => firstFailure(reading, dialect) === null) ||
    (dialect === 'typescript' && /<\/|\/>/.test(code) && readsAsPiece(code, 'tsx'))
  );
}

function firstFailure(code: string, dialect: Dialect): Failure | null {
  try {
    const { errors } = parse(code, {
      sourceType: 'module',
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: true,
      allowYieldOutsideFunction: true,
      allowImportExportEverywhere: true,
      allowSuperOutsideMethod: true,
      allowUndeclaredExports: true,
      allowNewTargetOutsideFunction: true,
      strictMode: false,
      errorRecovery: true,
      plugins: PLUGINS[dialect],
    });
    const wrong = errors?.find((error) => !MEANING.has(error.reasonCode));
    return wrong === undefined ? null : failureOf(wrong);
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof Error && 'loc' in error) {
    const loc = error.loc as { line: number; column: number };
    const reason = error.message.replace(/ \(\d+:\d+\)$/, '').split('\n')[0] ?? '';
    return { line: loc.line, column: loc.column + 1, reason: /[.!?]$/.test(reason) ? reason : `${reason}.` };
  }
  if (error instanceof RangeError) return { line: 1, column: 1, reason: 'It is nested too deeply.' };
  throw error;
}
