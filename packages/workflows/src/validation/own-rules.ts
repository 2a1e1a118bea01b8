/** The rules beside the linter's, and how much each weighs in the profile `default`. */
import type { Severity } from '@greenlight/protocol/review';
import type { Tier } from './api.ts';

type RuleInfo = { readonly tier: Tier; readonly severity: Severity; readonly title: string };

export const OWN_RULES = {
  'file/missing': { tier: 'syntax', severity: 'error', title: 'What was named does not exist' },
  'file/no-match': { tier: 'syntax', severity: 'error', title: 'A glob or folder has no documents' },
  'file/outside-root': { tier: 'syntax', severity: 'error', title: 'A path leaves the allowed folders' },
  'file/symlink-loop': { tier: 'syntax', severity: 'warning', title: 'A symbolic link leads back to itself' },
  'file/unreadable': { tier: 'syntax', severity: 'error', title: 'A file or folder cannot be read' },
  'file/vanished': { tier: 'syntax', severity: 'error', title: 'A file went away before it was read' },
  'file/not-a-file': { tier: 'syntax', severity: 'error', title: 'What was named is not a regular file' },
  'file/too-large': { tier: 'syntax', severity: 'error', title: 'A file is larger than the limit' },
  'file/too-many': { tier: 'syntax', severity: 'error', title: 'There are more documents than the limit' },
  'file/binary': { tier: 'syntax', severity: 'error', title: 'A file is not text' },
  'file/invalid-utf8': { tier: 'syntax', severity: 'error', title: 'A file is not valid UTF-8' },
  'file/byte-order-mark': { tier: 'syntax', severity: 'info', title: 'A file starts with a byte order mark' },
  'file/timeout': { tier: 'syntax', severity: 'error', title: 'A document takes too long' },
  'file/crashed': { tier: 'syntax', severity: 'error', title: 'A document ends the process that reads it' },
  'file/more-findings': {
    tier: 'syntax',
    severity: 'info',
    title: 'One rule has more findings than are kept',
  },
  'frontmatter/syntax': { tier: 'syntax', severity: 'error', title: 'Front matter cannot be parsed' },
  'frontmatter/unclosed': { tier: 'syntax', severity: 'error', title: 'Front matter is never closed' },
  'frontmatter/not-a-mapping': { tier: 'syntax', severity: 'error', title: 'Front matter is not a mapping' },
  'frontmatter/required': { tier: 'syntax', severity: 'error', title: 'A required field is missing' },
  'frontmatter/type': { tier: 'syntax', severity: 'error', title: 'A field has the wrong type' },
  'frontmatter/value': {
    tier: 'syntax',
    severity: 'error',
    title: 'A field has a value that is not allowed',
  },
  'frontmatter/unknown-field': { tier: 'syntax', severity: 'warning', title: 'A field is not in the schema' },
  'fence/unclosed': { tier: 'syntax', severity: 'error', title: 'A code fence is never closed' },
  'fence/unknown-language': { tier: 'syntax', severity: 'info', title: 'A language tag is not known' },
  'fence/language-mismatch': {
    tier: 'syntax',
    severity: 'info',
    title: 'A language tag names another language',
  },
  'fence/json': { tier: 'syntax', severity: 'error', title: 'JSON cannot be parsed' },
  'fence/yaml': { tier: 'syntax', severity: 'error', title: 'YAML cannot be parsed' },
  'fence/toml': { tier: 'syntax', severity: 'error', title: 'TOML cannot be parsed' },
  'fence/javascript': { tier: 'syntax', severity: 'error', title: 'JavaScript cannot be parsed' },
  'fence/typescript': { tier: 'syntax', severity: 'error', title: 'TypeScript cannot be parsed' },
  'fence/python': { tier: 'syntax', severity: 'error', title: 'Python cannot be parsed' },
  'fence/shell': { tier: 'syntax', severity: 'error', title: 'Shell code cannot be parsed' },
  'fence/placeholder': {
    tier: 'syntax',
    severity: 'info',
    title: 'Code stands with placeholders and cannot be parsed',
  },
  'fence/not-checked': { tier: 'syntax', severity: 'info', title: 'Code was not checked' },
  'headings/empty': { tier: 'style', severity: 'warning', title: 'A heading has no text' },
  'headings/duplicate-anchor': {
    tier: 'style',
    severity: 'warning',
    title: 'Two places have the same anchor',
  },
  'seo/title-missing': { tier: 'content', severity: 'info', title: 'A page has no title' },
  'seo/title-length': { tier: 'content', severity: 'info', title: 'A title is too short or too long' },
  'seo/description-missing': { tier: 'content', severity: 'info', title: 'A page has no description' },
  'seo/description-length': {
    tier: 'content',
    severity: 'info',
    title: 'A description is too short or too long',
  },
  'truth/term': { tier: 'content', severity: 'warning', title: 'A term is not written as agreed' },
  'truth/spelling': { tier: 'content', severity: 'info', title: 'A word looks like a misspelt term' },
  'truth/version': { tier: 'content', severity: 'error', title: 'A version does not exist' },
  'truth/forbidden': { tier: 'content', severity: 'error', title: 'A forbidden claim is made' },
  'links/missing-file': {
    tier: 'links',
    severity: 'error',
    title: 'A link leads to a file that does not exist',
  },
  'links/missing-anchor': {
    tier: 'links',
    severity: 'error',
    title: 'A link leads to an anchor that does not exist',
  },
  'links/anchor-case': { tier: 'links', severity: 'warning', title: 'An anchor is written in another case' },
  'links/site-path': {
    tier: 'links',
    severity: 'info',
    title: 'A link from the root of the site was not found',
  },
  'links/outside-root': { tier: 'links', severity: 'warning', title: 'A link leaves the allowed folders' },
  'links/invalid': { tier: 'links', severity: 'error', title: 'A link is not a valid address' },
  'external/broken': {
    tier: 'external',
    severity: 'error',
    title: 'An address answers that there is nothing',
  },
  'external/server-error': { tier: 'external', severity: 'warning', title: 'A server answers with an error' },
  'external/unreachable': { tier: 'external', severity: 'error', title: 'A server cannot be reached' },
  'external/timeout': { tier: 'external', severity: 'warning', title: 'A server does not answer in time' },
  'external/redirected': { tier: 'external', severity: 'info', title: 'An address has moved for good' },
  'external/unverified': {
    tier: 'external',
    severity: 'info',
    title: 'A server does not answer to machines',
  },
  'external/private-address': {
    tier: 'external',
    severity: 'warning',
    title: 'An address is private and was not asked',
  },
  'external/not-asked': { tier: 'external', severity: 'info', title: 'More addresses than the limit' },
} as const satisfies Record<string, RuleInfo>;

export type OwnRule = keyof typeof OWN_RULES;

export function isOwnRule(rule: string): rule is OwnRule {
  return Object.hasOwn(OWN_RULES, rule);
}
