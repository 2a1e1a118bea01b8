/** Is a secret good enough to sign with? */

/** As long as the hash that uses it (RFC 7518 section 3.2). */
const MIN_BYTES = 32;
const MIN_DIFFERENT = 10;
/** Left-overs of templates: `${X}`, `$(date +%s)`, `<change me>`, `{{ secret }}`. */
const UNEXPANDED = /\$\{[^}]*\}|\$\([^)]*\)|^<.*>$|\{\{.*\}\}/;
/** What stands in examples, and what people type when they mean "later". */
const WELL_KNOWN =
  /change[-_ ]?me|your[-_ ]?(?:256[-_ ]?bit[-_ ]?)?secret|super[-_ ]?secret|password|example|placeholder|123456789|abcdefgh/i;

/** What is wrong with it, to be read after "The secret …"; null if nothing is seen to be. Never repeats the secret. */
export function weakSecret(secret: string): string | null {
  if (UNEXPANDED.test(secret)) return 'is a placeholder that was never filled in';
  const bytes = Buffer.byteLength(secret);
  if (bytes < MIN_BYTES)
    return `has ${bytes} bytes; HS256 needs at least ${MIN_BYTES}, such as from "openssl rand -base64 48"`;
  if (new Set(secret).size < MIN_DIFFERENT || /^(.{1,16})\1+$/s.test(secret))
    return 'repeats itself and can be guessed; take one from "openssl rand -base64 48"';
  if (WELL_KNOWN.test(secret))
    return 'looks like one from an example; take one from "openssl rand -base64 48"';
  return null;
}
