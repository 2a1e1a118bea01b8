/** An issuer of tokens for tests: makes keys, signs, and publishes its keys from a process that can be stopped. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose';
import type { TokenAlgorithm } from '../token-settings.ts';

const KEY_SERVER = fileURLToPath(new URL('./key-server.ts', import.meta.url));

export type Signer = {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly publicPem: string;
  sign(claims?: JWTPayload, more?: { kid?: string | null }): Promise<string>;
};

export const ISSUER = 'https://id.example.com';
export const AUDIENCE = 'greenlight';

/** Good for an hour, for the user `dora`, unless the claims say something else. `undefined` leaves one out. */
export const claimsFor = (claims: JWTPayload = {}): JWTPayload => {
  const now = Math.floor(Date.now() / 1_000);
  return { sub: 'dora', iss: ISSUER, aud: AUDIENCE, exp: now + 3_600, ...claims };
};

export async function newSigner(
  algorithm: Exclude<TokenAlgorithm, 'HS256'>,
  kid = `${algorithm}-1`,
): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return {
    kid,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' },
    publicPem: await exportSPKI(publicKey),
    sign: (claims, more = {}) => sign(privateKey, algorithm, { claims, kid: 'kid' in more ? more.kid : kid }),
  };
}

export const signWithSecret = (secret: string, claims?: JWTPayload): Promise<string> =>
  sign(new TextEncoder().encode(secret), 'HS256', { claims, kid: null });

async function sign(
  key: CryptoKey | Uint8Array,
  alg: string,
  { claims, kid }: { readonly claims: JWTPayload | undefined; readonly kid: string | null | undefined },
): Promise<string> {
  const header = { alg, typ: 'JWT', ...(typeof kid === 'string' && { kid }) };
  return new SignJWT(claimsFor(claims)).setProtectedHeader(header).sign(key);
}

export type KeyServer = AsyncDisposable & {
  readonly url: string;
  /** Served so far, over all its lives. */
  readonly requests: number;
  publish(...signers: readonly Signer[]): Promise<void>;
  stop(): Promise<void>;
  /** On the same port, with the keys it published last. */
  restart(): Promise<void>;
};

type Message = { readonly port?: number; readonly requests?: number; readonly published?: true };

export async function startKeyServer(...signers: readonly Signer[]): Promise<KeyServer> {
  let child: ChildProcess;
  let port = 0;
  let served = 0;
  let keys: readonly JWK[] = [];

  async function live(): Promise<void> {
    child = fork(KEY_SERVER, [String(port)], { execArgv: [] });
    let before = served;
    child.on('message', ({ requests }: Message) => {
      if (requests !== undefined) served = before + requests;
    });
    child.once('exit', () => {
      before = served;
    });
    const [message] = (await once(child, 'message')) as [Message];
    port = message.port ?? 0;
    await send();
  }

  async function send(): Promise<void> {
    const published = new Promise<void>((resolve) => {
      const listen = (message: Message): void => {
        if (!message.published) return;
        child.off('message', listen);
        resolve();
      };
      child.on('message', listen);
    });
    child.send({ keys });
    await published;
  }

  async function stop(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async function publish(...published: readonly Signer[]): Promise<void> {
    keys = published.map(({ publicJwk }) => publicJwk);
    await send();
  }

  keys = signers.map(({ publicJwk }) => publicJwk);
  await live();
  return {
    get url() {
      return `http://127.0.0.1:${port}/keys`;
    },
    get requests() {
      return served;
    },
    publish,
    stop,
    restart: live,
    [Symbol.asyncDispose]: stop,
  };
}
