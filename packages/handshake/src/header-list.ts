/** Comma-separated header fields (RFC 9110 section 5.6.1). */

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The members in the order given; empty ones are ignored, as the standard asks of recipients. */
export function listMembers(value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  return value
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
}

/** Does the list name `option`, in any case? For `Connection` and `Upgrade`. */
export function listNames(value: string | undefined, option: string): boolean {
  const small = value?.toLowerCase();
  return small === option || listMembers(small).includes(option);
}

export const isToken = (text: string): boolean => TOKEN.test(text);
