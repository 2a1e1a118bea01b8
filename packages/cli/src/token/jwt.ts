/** JSON Web Tokens (RFC 7519) as far as a command line needs them: signing with HS256, and reading what one says. */
import { createHmac } from 'node:crypto';

export type Claims = Readonly<Record<string, unknown>>;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function signToken(claims: Claims, secret: string): string {
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** Header and claims together, unverified; null for what is no JWT. */
export function claimsOf(token: string): Claims | null {
  const [header = '', payload = '', signature] = token.split('.');
  if (signature === undefined) return null;
  try {
    return { ...decode(header), ...decode(payload) };
  } catch {
    return null;
  }
}

function decode(part: string): Claims {
  const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new TypeError('Not an object.');
  return value as Claims;
}
