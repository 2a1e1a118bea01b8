/** What a check expects: values as they are, text that fits an expression, objects by the fields that are named. */
export type Pattern =
  | null
  | boolean
  | number
  | string
  | RegExp
  | readonly Pattern[]
  | { readonly [field: string]: Pattern };

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where a value is not what was expected. `path`: the fields that lead there, empty for the value as a whole. */
export type Misfit = { readonly path: string; readonly expected: Pattern; readonly seen: unknown };

/** The first place; null where all is as expected. Objects may have further fields, lists no further members. */
export function misfit(pattern: Pattern, value: unknown, path = ''): Misfit | null {
  const here = { path, expected: pattern, seen: value };
  if (pattern instanceof RegExp) return typeof value === 'string' && pattern.test(value) ? null : here;
  if (
    Array.isArray(pattern)
      ? !Array.isArray(value) || value.length !== pattern.length
      : isFields(pattern) && !isFields(value)
  )
    return here;
  if (typeof pattern !== 'object' || pattern === null) return Object.is(pattern, value) ? null : here;
  for (const [field, each] of Object.entries(pattern)) {
    const inner = misfit(
      each,
      (value as Record<string, unknown>)[field],
      path === '' ? field : `${path}.${field}`,
    );
    if (inner) return inner;
  }
  return null;
}

const LONGEST = 400;

/** Pattern or value in one line. */
export function inWords(value: unknown): string {
  const text =
    JSON.stringify(value, (_field, each: unknown) => (each instanceof RegExp ? String(each) : each)) ??
    'nothing';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
