/** A JSON Schema as a person writes a type: `"a" | "b"`, `Run[]`, `{id: string, title?: string}`. */

export type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly description?: string;
  readonly default?: unknown;
};

/** Inline objects are spelled out `depth` levels deep. */
export function schemaText(schema: Schema | undefined, depth = 2): string {
  if (!schema) return 'any';
  if (schema.$ref) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const union = schema.oneOf ?? schema.anyOf;
  if (union) return union.map((option) => schemaText(option, depth)).join(' | ');
  if (schema.allOf) return schema.allOf.map((part) => schemaText(part, depth)).join(' & ');
  if (schema.type === 'array') return `${grouped(schemaText(schema.items, depth))}[]`;
  if (schema.properties) return depth > 0 ? objectText(schema, depth) : 'object';
  if (typeof schema.additionalProperties === 'object')
    return `{[name]: ${schemaText(schema.additionalProperties, depth - 1)}}`;
  if (typeof schema.type === 'string') return schema.type;
  return schema.type?.join(' | ') ?? 'any';
}

const grouped = (text: string): string => (text.includes(' ') && !text.startsWith('{') ? `(${text})` : text);

function objectText({ properties = {}, required = [] }: Schema, depth: number): string {
  const fields = Object.entries(properties).map(
    ([name, field]) => `${name}${required.includes(name) ? '' : '?'}: ${schemaText(field, depth - 1)}`,
  );
  return `{${fields.join(', ')}}`;
}
