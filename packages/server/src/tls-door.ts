/**
 * The door of a port with TLS. It looks at the first byte, so that plain HTTP gets an answer that says what is spoken
 * here; bounds the sockets that are not through their handshake, in number and time; and has each handshake that
 * fails refused like every other attempt.
 */
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Failure } from '@greenlight/handshake/verdict';
import type { Stage } from '@greenlight/protocol/codes';
import type { Limits } from './limits.ts';
import type { RefuseUnread } from './refuse-unread.ts';

export type TlsDoorOptions = {
  readonly limits: Pick<Limits, 'tlsHandshakes' | 'tlsHandshakeMs'>;
  readonly refuseUnread: RefuseUnread;
};

/** How each record of a TLS handshake begins (RFC 8446 section 5.1). */
const TLS_HANDSHAKE = 0x16;

export function attachTlsDoor(server: HttpsServer, { limits, refuseUnread }: TlsDoorOptions): void {
  /** Not through their handshake yet: what ends the wait of each. */
  const pending = new Map<string, () => void>();
  const shakeHands = server.listeners('connection');
  server.removeAllListeners('connection');
  // This one would pass the failure on as one of HTTP, to which HTTP would be the answer.
  server.removeAllListeners('tlsClientError');

  server.on('connection', (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    if (pending.size >= limits.tlsHandshakes)
      return endWith(socket, tooMany(limits.tlsHandshakes), 'capacity');
    const peer = peerOf(socket);
    const timer = setTimeout(() => endWith(socket, tooLate(socket)), limits.tlsHandshakeMs);
    pending.set(peer, () => {
      clearTimeout(timer);
      pending.delete(peer);
    });
    // Whoever leaves without a byte asked nothing.
    socket.once('close', () => {
      if (settle(socket) && socket.bytesRead > 0) refuseUnread(socket, HUNG_UP);
    });
    const leave = (): void => void socket.destroy();
    socket.once('end', leave);
    socket.once('readable', () => {
      const start = socket.read() as Buffer | null;
      if (start === null) return;
      socket.off('end', leave);
      if (start[0] === TLS_HANDSHAKE) {
        socket.unshift(start);
        for (const begin of shakeHands) Reflect.apply(begin, server, [socket]);
      } else {
        settle(socket);
        refuseUnread(socket, notTls(start));
      }
    });
  });
  server.on('secureConnection', settle);
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    const failure = failureOf(error);
    if (failure !== null && settle(socket)) refuseUnread(socket, failure);
    socket.destroy();
  });

  /** False if that was done before. */
  function settle(socket: Socket): boolean {
    const end = pending.get(peerOf(socket));
    end?.();
    return end !== undefined;
  }

  /** Without an answer: in the middle of a handshake nothing could be read. */
  function endWith(socket: Socket, failure: Failure, stage: Stage = 'request'): void {
    settle(socket);
    socket.destroy();
    refuseUnread(socket, failure, stage);
  }
}

/** The same for a socket and for the TLS on it; once asked for, `node:net` knows it beyond the end. */
const peerOf = ({ remoteAddress = '', remotePort = 0 }: Socket): string => `${remoteAddress} ${remotePort}`;

const HERE = 'this port speaks TLS: use https:// and wss:// here.';

function notTls(start: Buffer): Failure {
  const text = start.toString('latin1', 0, 16);
  const [spoken, detail] = /^[A-Z]+ /.test(text)
    ? text.startsWith('PROXY ')
      ? ([
          'proxy',
          'A proxy in front sends the PROXY protocol, which is not spoken here; turn it off there.',
        ] as const)
      : (['http', `Plain HTTP was spoken, and ${HERE}`] as const)
    : (['unknown', `The bytes received are no TLS, and ${HERE}`] as const);
  const fix =
    spoken === 'proxy'
      ? 'Turn the PROXY protocol off in the proxy in front.'
      : 'Use https:// and wss:// with this host and port, in clients and in proxies in front.';
  return { code: 'malformed_request', detail, fix, operator: { spoken } };
}

const tooMany = (limit: number): Failure => ({
  code: 'too_many_connections',
  detail: `Too many sockets are in their TLS handshake: the limit is ${limit}.`,
});

const TRUST =
  'Have the client trust the certificate: send the whole chain in GREENLIGHT_TLS_CERT, check name and end of the certificate, or give the client the authority that signed it.';
const SHAKE =
  'Open the connection with a TLS client; if it is one, look for a slow network, a port check or a proxy that speaks plain HTTP to this port.';

/** What to do about each way in which a handshake fails. */
const FIXES = {
  no_common_version: 'Let the client speak TLS 1.2 or 1.3; most often its library is too old.',
  no_common_cipher:
    'Let the client offer the ciphers of TLS 1.3 or ECDHE with AES-GCM, and signatures that go with the kind of key of the certificate.',
  no_common_protocol: 'Let the client, or the proxy in front, offer "http/1.1" (ALPN), or nothing at all.',
  certificate_rejected: TRUST,
  hung_up: TRUST,
  silent: SHAKE,
  too_late: SHAKE,
  failed:
    'Compare versions, ciphers and certificate of both sides; openssl s_client shows them step by step.',
} as const;

const failed = (tls: keyof typeof FIXES, detail: string): Failure => ({
  code: 'malformed_request',
  detail,
  fix: FIXES[tls],
  operator: { tls },
});

const HUNG_UP = failed(
  'hung_up',
  'The client hung up during the TLS handshake; many do when they do not trust the certificate.',
);

const tooLate = ({ bytesRead }: Socket): Failure =>
  bytesRead === 0
    ? failed('silent', 'The connection was opened and nothing was sent on it.')
    : failed('too_late', 'The TLS handshake was not complete in time.');

/** OpenSSL's reasons, as `node:tls` names them. */
const REASONS: readonly (readonly [code: RegExp, tls: keyof typeof FIXES, detail: string])[] = [
  [
    /UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|WRONG_VERSION|PROTOCOL_VERSION/,
    'no_common_version',
    'The client offers no version of TLS that is spoken here; 1.2 and 1.3 are.',
  ],
  [
    /NO_SHARED_CIPHER|NO_SUITABLE|NO_SHARED_SIGNATURE/,
    'no_common_cipher',
    'The client offers no cipher that goes with the certificate and is accepted here.',
  ],
  [
    /NO_APPLICATION_PROTOCOL/,
    'no_common_protocol',
    'The client offers protocols above TLS without HTTP/1.1 among them.',
  ],
  [
    /ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA)/,
    'certificate_rejected',
    'The client did not accept the certificate.',
  ],
];

/** Null for a peer that is gone, which its socket tells too. */
function failureOf({
  code = '',
  message,
}: NodeJS.ErrnoException & { readonly reason?: string }): Failure | null {
  if (code === 'ECONNRESET') return null;
  const found = REASONS.find(([pattern]) => pattern.test(code));
  const failure = found ? failed(found[1], found[2]) : failed('failed', 'The TLS handshake failed.');
  return { ...failure, operator: { ...failure.operator, error: code || message } };
}
