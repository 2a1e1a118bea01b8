/** A schema as somebody wrote it. A keyword that would not be checked is refused and not passed over. */
import { z } from 'zod';
import { type FieldSchema, FORMATS, TYPES } from './front-matter-schema.ts';

const pattern = z.string().refine(isPattern, { message: 'is not a regular expression' });

const fieldSchema: z.ZodType<FieldSchema> = z.lazy(() =>
  z.strictObject({
    $schema: z.string().optional(),
    $id: z.string().optional(),
    title: z.string().optional(),
    description: z.string().optional(),
    default: z.unknown().optional(),
    examples: z.array(z.unknown()).optional(),
    type: z.union([z.enum(TYPES), z.array(z.enum(TYPES))]).optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
    pattern: pattern.optional(),
    format: z.enum(FORMATS).optional(),
    minLength: z.int().min(0).optional(),
    maxLength: z.int().min(0).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    minItems: z.int().min(0).optional(),
    maxItems: z.int().min(0).optional(),
    items: fieldSchema.optional(),
    required: z.array(z.string()).optional(),
    properties: z.record(z.string(), fieldSchema).optional(),
    additionalProperties: z.boolean().optional(),
  }),
);

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

export function decodeFieldSchema(
  value: unknown,
): { ok: true; schema: FieldSchema } | { ok: false; detail: string } {
  const parsed = fieldSchema.safeParse(value);
  if (parsed.success) return { ok: true, schema: parsed.data };
  const [issue] = parsed.error.issues;
  const where =
    issue === undefined || issue.path.length === 0 ? 'its top level' : `\`${issue.path.join('.')}\``;
  return { ok: false, detail: `At ${where}: ${issue?.message ?? 'it is not a schema'}.` };
}
