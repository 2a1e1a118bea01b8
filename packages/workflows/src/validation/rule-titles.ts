import { OWN_RULES, isOwnRule } from './own-rules.ts';

/** What the linter's rules are about, in its words; its findings carry them, a list of rules alone does not. */
const LINTER_RULES: Readonly<Record<string, string>> = {
  MD001: 'Heading levels should only increment by one level at a time',
  MD003: 'Heading style',
  MD004: 'Unordered list style',
  MD005: 'Inconsistent indentation for list items at the same level',
  MD007: 'Unordered list indentation',
  MD009: 'Trailing spaces',
  MD010: 'Hard tabs',
  MD011: 'Reversed link syntax',
  MD012: 'Multiple consecutive blank lines',
  MD013: 'Line length',
  MD014: 'Dollar signs used before commands without showing output',
  MD018: 'No space after hash on atx style heading',
  MD019: 'Multiple spaces after hash on atx style heading',
  MD020: 'No space inside hashes on closed atx style heading',
  MD021: 'Multiple spaces inside hashes on closed atx style heading',
  MD022: 'Headings should be surrounded by blank lines',
  MD023: 'Headings must start at the beginning of the line',
  MD024: 'Multiple headings with the same content',
  MD025: 'Multiple top-level headings in the same document',
  MD026: 'Trailing punctuation in heading',
  MD027: 'Multiple spaces after blockquote symbol',
  MD028: 'Blank line inside blockquote',
  MD029: 'Ordered list item prefix',
  MD030: 'Spaces after list markers',
  MD031: 'Fenced code blocks should be surrounded by blank lines',
  MD032: 'Lists should be surrounded by blank lines',
  MD033: 'Inline HTML',
  MD034: 'Bare URL used',
  MD035: 'Horizontal rule style',
  MD036: 'Emphasis used instead of a heading',
  MD037: 'Spaces inside emphasis markers',
  MD038: 'Spaces inside code span elements',
  MD039: 'Spaces inside link text',
  MD040: 'Fenced code blocks should have a language specified',
  MD041: 'First line in a file should be a top-level heading',
  MD042: 'No empty links',
  MD043: 'Required heading structure',
  MD044: 'Proper names should have the correct capitalization',
  MD045: 'Images should have alternate text (alt text)',
  MD046: 'Code block style',
  MD047: 'Files should end with a single newline character',
  MD048: 'Code fence style',
  MD049: 'Emphasis style',
  MD050: 'Strong style',
  MD051: 'Link fragments should be valid',
  MD052: 'Reference links and images should use a label that is defined',
  MD053: 'Link and image reference definitions should be needed',
  MD054: 'Link and image style',
  MD055: 'Table pipe style',
  MD056: 'Table column count',
  MD058: 'Tables should be surrounded by blank lines',
  MD059: 'Link text should be descriptive',
  MD060: 'Table column style',
};

export function titleOfRule(rule: string): string {
  return isOwnRule(rule) ? OWN_RULES[rule].title : (LINTER_RULES[rule] ?? rule);
}

export function isKnownRule(rule: string): boolean {
  return isOwnRule(rule) || Object.hasOwn(LINTER_RULES, rule);
}
