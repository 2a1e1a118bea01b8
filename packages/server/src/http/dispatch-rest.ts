/** Between `node:http` and the REST routes, which speak Request and Response. */
import type { IncomingMessage } from 'node:http';
import type { Limits } from '../limits.ts';
import type { Work } from '../work.ts';
import type { Api, Call } from './call.ts';
import { dropBody, readBody } from './read-body.ts';
import { restRequest, type RestBody } from './rest-request.ts';

type Dispatch = {
  readonly incoming: IncomingMessage;
  readonly limits: Pick<Limits, 'messageBytes'>;
  readonly work: Pick<Work, 'body'>;
};

/** So many times what a body may have is read after the answer, and dropped. */
const DROP_FACTOR = 16;
const NOT_COMPRESSED = 'Bodies are read as they are: send it without Content-Encoding.';

export async function dispatchRest(
  api: Api,
  call: Call,
  { incoming, limits, work }: Dispatch,
): Promise<void> {
  const { request, response } = call;
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  let body: RestBody | null = null;
  if (method === 'POST' || method === 'PATCH') {
    const encoding = request.headers.get('content-encoding') ?? 'identity';
    if (encoding !== 'identity') {
      dropBody(incoming, limits.messageBytes * DROP_FACTOR);
      call.fail({ code: 'invalid_input', detail: NOT_COMPRESSED });
      return;
    }
    const read = await readBody(incoming, limits.messageBytes);
    if (read.kind === 'aborted') return;
    if (read.kind === 'too_large') {
      dropBody(incoming, limits.messageBytes * DROP_FACTOR);
      call.fail({ code: 'too_large', detail: `A body may have at most ${limits.messageBytes} bytes.` });
      return;
    }
    // Every body here is JSON, whatever the client calls it (curl says it is a form), and none is none.
    work.body({ address: request.address, identity: call.identity }, read.bytes.length);
    if (read.bytes.length > 0) body = { bytes: read.bytes, contentType: 'application/json' };
  }
  const answer = await api.fetch(restRequest(request, { method, path: call.path, body }), call);
  if (response.headersSent || response.destroyed) return;
  if (!answer.headers.has('cache-control')) response.setHeader('Cache-Control', 'no-store');
  const bytes = Buffer.from(await answer.arrayBuffer());
  for (const [name, value] of answer.headers) response.appendHeader(name, value);
  if (answer.status !== 204 && answer.status !== 304) response.setHeader('Content-Length', bytes.length);
  response.writeHead(answer.status).end(bytes);
}
