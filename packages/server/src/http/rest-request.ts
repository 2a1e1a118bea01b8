/**
 * What Hono reads of a Request (Fetch standard section 5.4). A real one makes a stream of a body that has been read
 * already, and checks headers that `node:http` has checked: half of what a small request costs.
 */
import type { HandshakeRequest } from '@greenlight/handshake/request';

/** As Fetch does it: without a byte order mark. */
const utf8 = new TextDecoder();

export type RestBody = { readonly bytes: Buffer; readonly contentType: string };

/** In place of the request's own `Content-Type` counts that of `body`; without a body there is none. */
export function restRequest(
  { headers, target }: Pick<HandshakeRequest, 'headers' | 'target'>,
  { method, path, body }: { readonly method: string; readonly path: string; readonly body: RestBody | null },
): Request {
  const query = target.indexOf('?');
  const get = (name: string): string | null => {
    const key = name.toLowerCase();
    return (key === 'content-type' ? body?.contentType : headers.get(key)) ?? null;
  };
  const request = {
    method,
    url: `http://greenlight${path}${query < 0 ? '' : target.slice(query)}`,
    headers: {
      get,
      forEach(each: (value: string, name: string) => void) {
        for (const [name, value] of headers) if (name !== 'content-type') each(value, name);
        if (body) each(body.contentType, 'content-type');
      },
    },
    // Looked at only where no content type is known, which means none here.
    body: null,
    text: () => Promise.resolve(body ? utf8.decode(body.bytes) : ''),
  };
  return request as unknown as Request;
}
