/** What the address in a link asks for. */

export type LinkTarget =
  | { readonly kind: 'external'; readonly url: string }
  /** `path` decoded, without query; null for the document itself. `fragment` decoded. */
  | { readonly kind: 'document'; readonly path: string | null; readonly fragment: string | null }
  | { readonly kind: 'invalid'; readonly reason: string }
  /** Mail, telephone, data, templates: nothing that could be looked up. */
  | { readonly kind: 'other' };

export function isExternal(target: string): boolean {
  return /^(?:https?:)?\/\//i.test(target);
}

export function readTarget(target: string): LinkTarget {
  const trimmed = target.trim();
  if (trimmed === '' || /\{\{|\{%|\$\{|<%/.test(trimmed)) return { kind: 'other' };
  if (isExternal(trimmed)) {
    const url = trimmed.startsWith('//') ? `https:${trimmed}` : trimmed;
    return URL.canParse(url)
      ? { kind: 'external', url }
      : { kind: 'invalid', reason: 'it is not a valid web address' };
  }
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(trimmed)) return { kind: 'other' };
  const [beforeHash = '', ...after] = trimmed.split('#');
  const fragment = trimmed.includes('#') ? decoded(after.join('#')) : null;
  const path = decoded(beforeHash.split('?')[0] ?? '');
  if (path === undefined || fragment === undefined)
    return { kind: 'invalid', reason: 'its `%` escapes cannot be decoded' };
  if (path.includes('\0')) return { kind: 'invalid', reason: 'it contains a NUL character' };
  return { kind: 'document', path: path === '' ? null : path, fragment };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
