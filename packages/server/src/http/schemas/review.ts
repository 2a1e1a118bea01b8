import { SEVERITIES } from '@greenlight/protocol/review';
import type {
  Finding,
  Recommendation,
  RecommendationState,
  SeverityCounts,
  TextEdit,
  Validation,
} from '@greenlight/protocol/review';
import { z } from '@hono/zod-openapi';
import { timestamp } from './basics.ts';

const textEdit: z.ZodType<TextEdit> = z
  .object({ start: z.int(), end: z.int(), text: z.string() })
  .openapi('TextEdit', { description: 'UTF-16 offsets into the reviewed text, end exclusive.' });

export const finding: z.ZodType<Finding> = z
  .object({
    rule: z.string().openapi({ example: 'MD040' }),
    severity: z.enum(SEVERITIES),
    file: z.string(),
    line: z.int().openapi({ description: '1-based.' }),
    column: z.int().openapi({ description: '1-based, in UTF-16 code units.' }),
    message: z.string(),
    excerpt: z.string(),
    fix: z.object({ description: z.string(), edits: z.array(textEdit) }).optional(),
  })
  .openapi('Finding');

const severityCounts: z.ZodType<SeverityCounts> = z
  .object({ error: z.int(), warning: z.int(), info: z.int() })
  .openapi('SeverityCounts');

export const validation: z.ZodType<Validation> = z
  .object({
    id: z.string().openapi({ example: 'val_01k9x0abcdefghijklmn' }),
    workflow: z.string(),
    file: z.string(),
    digest: z.string().optional().openapi({ description: '`sha256:<hex>` of the bytes that were read.' }),
    verdict: z.enum(['pass', 'fail']),
    counts: severityCounts,
    findings: z.array(finding),
    createdAt: timestamp,
    simulated: z.literal(true).optional(),
  })
  .openapi('Validation', { description: "One document's result in one run." });

export const recommendationState: z.ZodType<RecommendationState> = z
  .enum(['open', 'approved', 'rejected', 'applied', 'undone'])
  .openapi('RecommendationState');

export const recommendation: z.ZodType<Recommendation> = z
  .object({
    id: z.string().openapi({ example: 'rec_01k9x0abcdefghijklmn' }),
    workflow: z.string(),
    file: z.string(),
    title: z.string(),
    why: z.string(),
    confidence: z.number().openapi({ minimum: 0, maximum: 1 }),
    rules: z.array(z.string()),
    patch: z.string().openapi({ description: 'Unified diff.' }),
    edits: z.array(textEdit),
    digest: z.string().openapi({ description: '`sha256:<hex>` of the content that was reviewed.' }),
    state: recommendationState,
    version: z.int().openapi({ description: 'Offset of the last change. A decision may name it.' }),
    decidedBy: z.string().optional(),
    decidedAt: timestamp.optional(),
    createdAt: timestamp,
    simulated: z.literal(true).optional(),
  })
  .openapi('Recommendation');
