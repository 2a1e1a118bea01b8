import { onHead } from './http-head.ts';
import type { Link } from './link.ts';

const BODY = '<html><body><h1>502 Bad Gateway</h1></body></html>\n';
const ANSWER = `HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: ${BODY.length}\r\nConnection: close\r\n\r\n${BODY}`;

/** A proxy that cannot reach the server, or thinks so. */
export function answer502(link: Link): void {
  link.up.add(
    onHead((head) => {
      link.part();
      link.server.destroy();
      link.client.end(ANSWER);
      return { head, body: null };
    }),
  );
}
