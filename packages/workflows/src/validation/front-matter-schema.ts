/** What front matter must look like, and how a value falls short of it. */
import { countCharacters } from './characters.ts';

export const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'] as const;
type TypeName = (typeof TYPES)[number];
export const FORMATS = ['date', 'date-time', 'uri', 'email'] as const;
type Format = (typeof FORMATS)[number];

/** The part of JSON Schema (2020-12) that pages need. */
export type FieldSchema = {
  readonly type?: TypeName | readonly TypeName[] | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
  readonly pattern?: string | undefined;
  readonly format?: Format | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly items?: FieldSchema | undefined;
  readonly required?: readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, FieldSchema>> | undefined;
  readonly additionalProperties?: boolean | undefined;
};

type Problem = {
  readonly rule:
    | 'frontmatter/required'
    | 'frontmatter/type'
    | 'frontmatter/value'
    | 'frontmatter/unknown-field';
  readonly path: readonly string[];
  readonly message: string;
};

export function checkValue(
  value: unknown,
  schema: FieldSchema,
  path: readonly string[],
  report: (problem: Problem) => void,
): void {
  const name = path.length === 0 ? 'The front matter' : `\`${path.join('.')}\``;
  const types = schema.type === undefined ? null : [schema.type].flat();
  if (types !== null && !types.some((type) => isOfType(value, type))) {
    report({
      rule: 'frontmatter/type',
      path,
      message: `${name} must be ${types.map(withArticle).join(' or ')}, not ${kindOf(value)}.`,
    });
    return;
  }
  const wrong = (message: string): void =>
    report({ rule: 'frontmatter/value', path, message: `${name} ${message}` });
  if (schema.enum !== undefined && !schema.enum.some((allowed) => same(allowed, value)))
    wrong(
      `must be one of ${schema.enum.map((allowed) => JSON.stringify(allowed)).join(', ')}, not ${JSON.stringify(value)}.`,
    );
  if (schema.const !== undefined && !same(schema.const, value))
    wrong(`must be ${JSON.stringify(schema.const)}, not ${JSON.stringify(value)}.`);
  if (typeof value === 'string') checkText(value, schema, wrong);
  if (
    value instanceof Date &&
    schema.format !== undefined &&
    schema.format !== 'date' &&
    schema.format !== 'date-time'
  )
    wrong(`must be ${FORMAT_NAMES[schema.format]}.`);
  if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum)
      wrong(`must be at least ${schema.minimum}, not ${value}.`);
    if (schema.maximum !== undefined && value > schema.maximum)
      wrong(`must be at most ${schema.maximum}, not ${value}.`);
  }
  if (Array.isArray(value)) {
    if (schema.minItems !== undefined && value.length < schema.minItems)
      wrong(`must have at least ${schema.minItems} items, and has ${value.length}.`);
    if (schema.maxItems !== undefined && value.length > schema.maxItems)
      wrong(`must have at most ${schema.maxItems} items, and has ${value.length}.`);
    const { items } = schema;
    if (items !== undefined)
      value.forEach((item: unknown, index) => checkValue(item, items, [...path, String(index)], report));
  }
  if (isObject(value)) checkObject(value, schema, path, report);
}

function checkObject(
  value: Record<string, unknown>,
  schema: FieldSchema,
  path: readonly string[],
  report: (problem: Problem) => void,
): void {
  for (const field of schema.required ?? []) {
    if (value[field] !== undefined && value[field] !== null) continue;
    const allowsNull = value[field] === null && [schema.properties?.[field]?.type].flat().includes('null');
    if (!allowsNull)
      report({
        rule: 'frontmatter/required',
        path: value[field] === null ? [...path, field] : path,
        message: `The front matter must have \`${[...path, field].join('.')}\`.`,
      });
  }
  for (const [field, item] of Object.entries(value)) {
    const known = schema.properties?.[field];
    const missing = item === null && schema.required?.includes(field) === true;
    if (known !== undefined && !missing) checkValue(item, known, [...path, field], report);
    else if (known === undefined && schema.additionalProperties === false)
      report({
        rule: 'frontmatter/unknown-field',
        path: [...path, field],
        message: `\`${[...path, field].join('.')}\` is not a field of the schema.`,
      });
  }
}

function checkText(value: string, schema: FieldSchema, wrong: (message: string) => void): void {
  const length = countCharacters(value);
  if (schema.minLength !== undefined && length < schema.minLength)
    wrong(`must have at least ${schema.minLength} characters, and has ${length}.`);
  if (schema.maxLength !== undefined && length > schema.maxLength)
    wrong(`must have at most ${schema.maxLength} characters, and has ${length}.`);
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value))
    wrong(`must match \`${schema.pattern}\`, and is ${JSON.stringify(value)}.`);
  if (schema.format !== undefined && !FORMAT_CHECKS[schema.format](value))
    wrong(`must be ${FORMAT_NAMES[schema.format]}, not ${JSON.stringify(value)}.`);
}

const FORMAT_NAMES: Record<Format, string> = {
  date: 'a date such as 2026-01-31',
  'date-time': 'a time such as 2026-01-31T12:00:00Z',
  uri: 'an absolute address',
  email: 'an e-mail address',
};
const FORMAT_CHECKS: Record<Format, (value: string) => boolean> = {
  date: (value) => /^\d{4}-\d{2}-\d{2}$/.test(value) && isDay(value),
  'date-time': (value) =>
    /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}/.test(value) && !Number.isNaN(Date.parse(value)),
  uri: (value) => URL.canParse(value),
  email: (value) => /^[^\s@]+@[^\s@]+$/.test(value),
};

/** 2026-02-30 is shaped like a day and is none. */
function isDay(value: string): boolean {
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

function isOfType(value: unknown, type: TypeName): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string' || value instanceof Date;
    case 'number':
      return typeof value === 'number';
    case 'integer':
      return Number.isInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'null':
      return value === null;
    default:
      return type satisfies never;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return isObject(value) ? 'a mapping' : `the ${typeof value} ${JSON.stringify(value)}`;
}

function withArticle(type: TypeName): string {
  return type === 'null' ? 'empty' : `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
