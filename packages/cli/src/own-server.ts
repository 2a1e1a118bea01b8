/** The server of this machine, when the variables that it was started with are set here too. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { isLoopback } from './is-loopback.ts';

/** With TLS if it speaks TLS, by the name that its certificate has. */
export function ownAddress(port: string): string {
  const pem = ownCertificate();
  if (pem === null) return `http://127.0.0.1:${port}`;
  const certificate = new X509Certificate(pem);
  const byName = certificate.checkIP('127.0.0.1') === undefined && certificate.checkHost('localhost');
  return `https://${byName ? 'localhost' : '127.0.0.1'}:${port}`;
}

/** A self-signed one has nobody else who could vouch for it. */
export function trustOwnCertificate({ protocol, hostname }: URL): void {
  if (protocol !== 'https:' || !isLoopback(hostname)) return;
  const pem = ownCertificate();
  // Node before 24.5 cannot be told so once it runs.
  if (pem === null || !('setDefaultCACertificates' in tls)) return;
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), pem]);
}

/** Null when there is none, or none that can be read. */
function ownCertificate(): string | null {
  const path = process.env['GREENLIGHT_TLS_CERT'];
  if (!path) return null;
  try {
    const pem = readFileSync(path, 'utf8');
    return new X509Certificate(pem).toString();
  } catch {
    return null;
  }
}
