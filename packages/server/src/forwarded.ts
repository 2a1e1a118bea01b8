/** The headers in which proxies tell what they saw: `Forwarded` (RFC 7239) and the lists that came before it. */

/** Of one proxy; what it did not tell is absent. */
export type ForwardedElement = { readonly for?: string; readonly proto?: string };

export const listElements = (list: string): readonly string[] =>
  list
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '');

export function forwardedElements(header: string): readonly ForwardedElement[] {
  return partsOf(header, ',').map((element) => {
    const pairs: Record<string, string> = {};
    for (const pair of partsOf(element, ';')) {
      const at = pair.indexOf('=');
      // Each name stands once in an element; a second one was not written by a proxy.
      if (at > 0) pairs[pair.slice(0, at).toLowerCase()] ??= unquoted(pair.slice(at + 1));
    }
    return pairs;
  });
}

/** A proxy quotes what its client sent, such as `host`: a separator in there separates nothing. */
function partsOf(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isQuoted && character === '\\') at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  parts.push(text.slice(from).trim());
  return parts.filter((part) => part !== '');
}

const unquoted = (value: string): string =>
  value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;
