/** The schema and the truth data of a validation: given as values, or as YAML or JSON files inside the roots. */
import { readFile, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { decodeFieldSchema } from './decode-field-schema.ts';
import type { FieldSchema } from './front-matter-schema.ts';
import { firstSentence } from './front-matter.ts';
import type { ValidationInput } from './input.ts';
import { isInside, type Place } from './roots.ts';
import { decodeTruth, type Truth } from './truth.ts';

export type LoadedData =
  | { readonly ok: true; readonly schema: FieldSchema | null; readonly truth: Truth | null }
  | { readonly ok: false; readonly detail: string };

/** Bytes; data of this kind is written by people. */
const MAX_BYTES = 5_242_880;

export async function loadData(input: ValidationInput, place: Place): Promise<LoadedData> {
  const schema = await load(input.schema, place);
  if (!schema.ok) return { ok: false, detail: `The front matter schema ${schema.detail}` };
  const truth = await load(input.truth, place);
  if (!truth.ok) return { ok: false, detail: `The truth data ${truth.detail}` };
  const decodedSchema = schema.value === undefined ? null : decodeFieldSchema(schema.value);
  if (decodedSchema?.ok === false)
    return { ok: false, detail: `The front matter schema cannot be used. ${decodedSchema.detail}` };
  const decodedTruth = truth.value === undefined ? null : decodeTruth(truth.value);
  if (decodedTruth?.ok === false)
    return { ok: false, detail: `The truth data cannot be used. ${decodedTruth.detail}` };
  return { ok: true, schema: decodedSchema?.schema ?? null, truth: decodedTruth?.truth ?? null };
}

type Loaded =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly detail: string };

async function load(given: string | Record<string, unknown> | undefined, place: Place): Promise<Loaded> {
  if (typeof given !== 'string') return { ok: true, value: given };
  const path = await realpath(resolve(place.cwd, given)).catch(() => null);
  if (path === null || !isInside(path, place.roots))
    return { ok: false, detail: `is not there: \`${given}\` is no file inside the allowed folders.` };
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return { ok: false, detail: `cannot be read from \`${given}\`.` };
  if (text.length > MAX_BYTES) return { ok: false, detail: `in \`${given}\` is larger than 5 MiB.` };
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error !== undefined)
    return { ok: false, detail: `in \`${given}\` is not valid YAML: ${firstSentence(error.message)}` };
  return { ok: true, value: document.toJS({ maxAliasCount: 100 }) ?? {} };
}
