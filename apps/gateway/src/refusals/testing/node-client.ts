/** The observer that is an ordinary program: the `ws` package with the page's Origin, and `fetch`. */
import type { IncomingMessage } from 'node:http';
import { type RefusalPush, SUBPROTOCOL } from '@greenlight/protocol/frames';
import { WebSocket } from 'ws';
import { type Addressed, namedTarget, ownHeaders } from './addressed.ts';
import { headersOf, problemIn, type Sight } from './sight.ts';

/** Why such a client cannot send this; null when it can. */
export function noNodeClient({
  transport,
  headers = {},
  subprotocols = [],
  hostname,
}: Addressed): string | null {
  if (transport === 'websocket')
    return new Set(subprotocols).size < subprotocols.length ? 'ws offers each subprotocol once' : null;
  if (hostname !== undefined || 'Host' in headers) return 'fetch names the host of its URL';
  return null;
}

export const seeWithNodeClient = (request: Addressed): Promise<Sight> =>
  request.transport === 'websocket' && !request.plain ? open(request) : call(request);

async function call(request: Addressed): Promise<Sight> {
  const { node, method = 'GET', attempt } = request;
  const headers = Object.entries(ownHeaders(request)).filter(
    (header): header is [string, string] => header[1] !== null,
  );
  const response = await fetch(node.url + namedTarget(request), { method, headers });
  return {
    attempt,
    status: response.status,
    headers: headersOf(response.headers),
    problem: problemIn(await response.text()),
    refusal: null,
    close: null,
  };
}

function open(request: Addressed): Promise<Sight> {
  const { node, method = 'GET', attempt, page } = request;
  const url = node.url.replace('http', 'ws') + namedTarget(request);
  // The credential goes into a header, as programs send it; the entry for it is left to the page.
  const protocols = request.subprotocols ?? [SUBPROTOCOL];
  const { Cookie, Authorization, Host, ...changed } = ownHeaders(request);
  const websocket = new WebSocket(url, [...protocols], {
    origin: page,
    headers: Object.fromEntries(
      Object.entries({ Cookie, Authorization, Host }).filter((header) => typeof header[1] === 'string'),
    ) as Record<string, string>,
    finishRequest(outgoing) {
      outgoing.method = method;
      for (const [name, value] of Object.entries(changed))
        if (typeof value === 'string') outgoing.setHeader(name, value);
      outgoing.end();
    },
  });
  let refusal: RefusalPush | null = null;
  let seen: IncomingMessage | null = null;
  websocket.on('error', () => {});
  websocket.on('upgrade', (response: IncomingMessage) => {
    seen = response;
  });
  websocket.on('message', (data: Buffer) => {
    refusal = JSON.parse(data.toString()) as RefusalPush;
  });
  return new Promise((resolve) => {
    websocket.on('unexpected-response', (_outgoing, response: IncomingMessage) => {
      seen = response;
      void textOf(response).then((body) =>
        resolve({ ...answerOf(response), attempt, problem: problemIn(body), refusal: null, close: null }),
      );
    });
    websocket.on('close', (code, reason) => {
      if (seen?.statusCode === 101)
        resolve({
          ...answerOf(seen),
          attempt,
          problem: null,
          refusal,
          close: { code, reason: reason.toString() },
        });
    });
  });
}

const answerOf = (response: IncomingMessage): Pick<Sight, 'status' | 'headers'> => ({
  status: response.statusCode ?? null,
  headers: headersOf(Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const)),
});

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}
