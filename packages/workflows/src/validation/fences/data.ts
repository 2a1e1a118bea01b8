/** YAML and TOML. */
import { parse as parseToml, TomlError } from 'smol-toml';
import { LineCounter, parseAllDocuments } from 'yaml';
import { firstSentence, tomlReason } from '../front-matter.ts';
import { type CodeProblem, hasPlaceholder } from './source.ts';

export function checkYaml(code: string): CodeProblem | null {
  const counter = new LineCounter();
  const documents = parseAllDocuments(code, { lineCounter: counter, prettyErrors: false, uniqueKeys: true });
  if ('empty' in documents) return null;
  for (const { errors } of documents) {
    const [error] = errors;
    if (error === undefined) continue;
    const { line, col } = counter.linePos(error.pos[0]);
    const place = { line: Math.max(1, line), column: Math.max(1, col) };
    if (hasPlaceholder(code, { brackets: true }))
      return {
        rule: 'placeholder',
        ...place,
        message: 'The YAML stands with placeholders, so it was not checked.',
      };
    return { rule: 'yaml', ...place, message: `The YAML cannot be parsed: ${firstSentence(error.message)}` };
  }
  return null;
}

export function checkToml(code: string): CodeProblem | null {
  try {
    parseToml(code);
    return null;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const place = { line: error.line, column: error.column };
    if (hasPlaceholder(code, { brackets: true }))
      return {
        rule: 'placeholder',
        ...place,
        message: 'The TOML stands with placeholders, so it was not checked.',
      };
    return { rule: 'toml', ...place, message: `The TOML cannot be parsed: ${tomlReason(error)}` };
  }
}
