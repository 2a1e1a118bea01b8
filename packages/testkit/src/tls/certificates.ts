/** Self-signed certificates of `localhost` and 127.0.0.1, as files. Their keys are public: for tests only. */
import { join } from 'node:path';

export type CertificateFiles = { readonly cert: string; readonly key: string };

const pair = (name: string): CertificateFiles => ({
  cert: join(import.meta.dirname, `${name}.cert.pem`),
  key: join(import.meta.dirname, `${name}.key.pem`),
});

export const LOCALHOST = pair('localhost');
/** As valid as the other, with another key. */
export const RENEWED = pair('renewed');
/** Since 2020. */
export const EXPIRED = pair('expired');
