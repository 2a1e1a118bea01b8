/** What `node:http` could not read as a request: refused, seen and counted like every other attempt. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Failure } from '@greenlight/handshake/verdict';
import { afterAnswers, owedAnswer } from './owed-answer.ts';
import type { RefuseUnread } from './refuse-unread.ts';

/** Listener for `clientError`. */
export type RefuseClientError = (error: NodeJS.ErrnoException, socket: Socket) => void;

export function createRefuseClientError(refuseUnread: RefuseUnread): RefuseClientError {
  return (error, socket) => {
    socket.on('error', () => socket.destroy());
    const owed = owedAnswer(socket);
    const refuse = (): void => {
      // A peer that hung up asks nothing, and an answer that has begun cannot be replaced by another.
      const begun = owed?.headersSent === true && !owed.req.complete;
      if (error.code === 'ECONNRESET' || !socket.writable || begun || isAnswered(socket)) socket.destroy();
      else refuseUnread(socket, failureOf(error, socket));
    };
    // What cannot be read belongs to the body of a request, or came behind one that is not answered yet.
    if (owed?.req.complete) afterAnswers(socket, refuse);
    else refuse();
  };
}

/** The request whose body does not end, or cannot be read, has had its answer: what comes now is of no use to anybody. */
function isAnswered(
  socket: Socket & { readonly parser?: { readonly incoming: IncomingMessage | null } },
): boolean {
  return owedAnswer(socket) === null && socket.parser?.incoming?.complete === false;
}

const PROXY_DETAIL =
  'A proxy in front sends the PROXY protocol, which is not spoken here; turn it off there.';

/** How bytes begin that are no HTTP request, and what they are instead. */
const SPOKEN: readonly (readonly [begin: string, name: string, detail: string])[] = [
  [
    '\x16\x03',
    'tls',
    'TLS was spoken to a port without TLS: use http:// and ws:// here, or the port that has TLS.',
  ],
  ['PRI * HTTP/2', 'http2', 'HTTP/2 was spoken without an upgrade; this port speaks HTTP/1.1.'],
  ['PROXY ', 'proxy', PROXY_DETAIL],
  ['\r\n\r\n\0\r\nQUIT\n', 'proxy', PROXY_DETAIL],
];

type ClientError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

function failureOf({ code = '', rawPacket }: ClientError, { bytesRead }: Socket): Failure {
  const operator = { error: code };
  if (code === 'HPE_HEADER_OVERFLOW') return { code: 'header_too_large', operator };
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return {
      code: 'malformed_request',
      detail:
        bytesRead === 0
          ? 'The connection was opened and nothing was sent on it.'
          : 'The request was not complete in time.',
      operator: { ...operator, bytesRead },
    };
  const start = rawPacket?.toString('latin1', 0, 16) ?? '';
  const spoken = SPOKEN.find(([begin]) => start.startsWith(begin));
  if (spoken) {
    const [, name, detail] = spoken;
    return { code: 'malformed_request', detail, operator: { ...operator, spoken: name } };
  }
  const parser = code.startsWith('HPE_')
    ? ` (${code.slice('HPE_'.length).toLowerCase().replaceAll('_', ' ')})`
    : '';
  return {
    code: 'malformed_request',
    detail: `The bytes received are not an HTTP request${parser}.`,
    operator,
  };
}
