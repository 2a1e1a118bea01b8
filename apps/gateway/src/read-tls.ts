/** The certificate and the key of a server that speaks TLS itself, checked before anything is served with them. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { TlsPair } from '@greenlight/server/server';
import type { Findings } from './contradictions.ts';
import type { Settings } from './settings.ts';

type TlsSettings = Pick<Settings, 'publicUrl' | 'trustedProxies'> & {
  readonly tls: NonNullable<Settings['tls']>;
};
export type ReadTls = Findings & {
  /** Null with any problem. */
  readonly pair: (TlsPair & { readonly certificate: X509Certificate }) | null;
};

const CERT = 'GREENLIGHT_TLS_CERT';
const KEY = 'GREENLIGHT_TLS_KEY';

export function readTls(settings: TlsSettings, cwd: string, now = Date.now()): ReadTls {
  const { tls } = settings;
  const cert = part(CERT, resolve(cwd, tls.cert), 'certificate', (pem) => new X509Certificate(pem));
  const key = part(KEY, resolve(cwd, tls.key), 'private key', (pem) => createPrivateKey(pem));
  if (!cert.ok || !key.ok)
    return {
      pair: null,
      problems: [cert, key].flatMap((one) => (one.ok ? [] : [one.problem])),
      warnings: [],
    };
  const { value: certificate } = cert;
  const unusable = whyUnusable({ cert: cert.pem, key: key.pem }, certificate, key.value);
  if (unusable !== null) return { pair: null, problems: [unusable], warnings: [] };
  return {
    pair: { cert: cert.pem, key: key.pem, certificate },
    problems: [],
    warnings: [
      ...untimely(certificate, now),
      ...otherName(certificate, settings),
      ...openToAll(resolve(cwd, tls.key)),
    ],
  };
}

type Part<Value> =
  | { readonly ok: true; readonly pem: Buffer; readonly value: Value }
  | { readonly ok: false; readonly problem: string };

function part<Value>(name: string, path: string, what: string, read: (pem: Buffer) => Value): Part<Value> {
  const wrong = (why: string): Part<Value> => ({ ok: false, problem: `${name} is ${path}, which ${why}.` });
  let pem: Buffer;
  try {
    pem = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return wrong(code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? String(error)})`);
  }
  if (!pem.includes('-----BEGIN ')) return wrong(`is not a ${what} in PEM`);
  try {
    return { ok: true, pem, value: read(pem) };
  } catch {
    return wrong(
      pem.includes('ENCRYPTED')
        ? 'is encrypted; the server needs it without a passphrase'
        : `is not a ${what} in PEM`,
    );
  }
}

function whyUnusable(pair: TlsPair, certificate: X509Certificate, key: KeyObject): string | null {
  if (!certificate.checkPrivateKey(key)) return `${KEY} is not the key of the certificate in ${CERT}.`;
  try {
    createSecureContext(pair);
    return null;
  } catch (error) {
    const { reason, message } = error as Error & { readonly reason?: string };
    return `The certificate in ${CERT} cannot be used: ${reason ?? message}.`;
  }
}

function untimely({ validFromDate, validToDate }: X509Certificate, now: number): readonly string[] {
  if (validToDate.getTime() <= now)
    return [`The certificate in ${CERT} expired on ${day(validToDate)}: clients will not accept it.`];
  return validFromDate.getTime() > now
    ? [`The certificate in ${CERT} is not valid before ${day(validFromDate)}: clients will not accept it.`]
    : [];
}

const day = (date: Date): string => date.toISOString().slice(0, 10);

/** Behind a proxy the names of the two may differ. */
function otherName(
  certificate: X509Certificate,
  { publicUrl, trustedProxies }: TlsSettings,
): readonly string[] {
  if (publicUrl === undefined || trustedProxies.length > 0) return [];
  const name = new URL(publicUrl).hostname.replace(/^\[(.*)\]$/, '$1');
  const covers = isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name);
  return covers === undefined
    ? [
        `The certificate in ${CERT} does not cover ${name}, the host of GREENLIGHT_PUBLIC_URL: clients will not accept it.`,
      ]
    : [];
}

function openToAll(path: string): readonly string[] {
  const readable = process.platform !== 'win32' && (statSync(path).mode & 0o004) !== 0;
  return readable ? [`${KEY} is ${path}, which every user of this machine can read: chmod 600 it.`] : [];
}
