/** Section H: handshakes and refusals. */
import { STAGES } from '@greenlight/protocol/codes';
import { type Check, NotCheckable } from '../check.ts';
import type { Answer, Json } from '../speak/ask.ts';
import type { Visit } from '../visit.ts';

const FOREIGN = 'https://foreign.invalid';
const ATTEMPT = /^[\w-]{22}$/;
const UNKNOWN_KEY = 'gl_conformance_there-is-no-such-key';
/** Where a server explains only what anybody may know, the second. */
const UNKNOWN = /^(?:api_key_unknown|credential_invalid)$/;

/** What of a refusal can be seen in every answer. */
const told = ({ status, headers, json }: Answer): Json => ({
  status,
  code: json?.code,
  type: headers['content-type'],
  attempt: json?.attempt,
  fix: json?.fix,
});
const stageOf = ({ json }: Answer): string | undefined =>
  json?.checked?.find(({ outcome }: Json) => outcome === 'failed')?.stage;
const tellsWhatItSaw = (code: string): { status: number; code: string; attempt: RegExp; fix: RegExp } => ({
  status: { malformed_request: 400 }[code] ?? 401,
  code,
  attempt: ATTEMPT,
  fix: /./,
});

/** A page of this server that speaks the full protocol. */
const ownPage = (visit: Visit): Record<string, string> => ({
  Origin: visit.url.origin,
  'Sec-WebSocket-Protocol': 'greenlight.v1',
});

const withHeader = (name: string, value: string | null): { headers: Record<string, string | null> } => ({
  headers: { [name]: value },
});

/** The tier `public`: exact causes are for operators. */
const tellsOnlyThePublic = async (visit: Visit): Promise<boolean> =>
  (await visit.ask('/api/v1/auth/me', { as: UNKNOWN_KEY })).json?.code === 'credential_invalid';

export const HANDSHAKES: readonly Check[] = [
  {
    rule: 'H1',
    name: 'order of the stages',
    proves:
      'The first stage that fails decides, in the order of the ladder, and later ones are `not_reached`.',
    does: 'Opens a WebSocket with everything wrong, then with one thing less wrong each time.',
    expected: {
      decided: ['request', 'host', 'route', 'origin', 'subprotocol', 'credential'],
      inOrder: true,
      laterNotReached: true,
    },
    async see(visit) {
      const wrong: [name: string, wrong: string | null, right: string | null][] = [
        ['Sec-WebSocket-Version', '8', '13'],
        ['Host', 'foreign.invalid', visit.url.host],
        ['path', '/ws/', '/ws/orders'],
        ['Origin', FOREIGN, null],
        ['Sec-WebSocket-Protocol', 'another', null],
      ];
      const answers: Answer[] = [];
      for (let mended = 0; mended <= wrong.length; mended += 1) {
        const { path, ...headers } = Object.fromEntries(
          wrong.map(([name, bad, good], at) => [name, at < mended ? good : bad]),
        );
        answers.push((await visit.handshake(path ?? '', { as: null, headers })).answer);
      }
      const stages: Json[][] = answers.map(({ json }) => json?.checked ?? []);
      return {
        decided: answers.map(stageOf),
        inOrder: stages.every((all) =>
          all.map(({ stage }) => STAGES.indexOf(stage)).every((n, at, list) => n >= (list[at - 1] ?? 0)),
        ),
        laterNotReached: stages.every((all) => {
          const at = all.findIndex(({ outcome }) => outcome === 'failed');
          return (
            all.slice(0, at).every(({ outcome }) => outcome === 'passed') &&
            all.slice(at + 1).every(({ outcome }) => outcome === 'not_reached')
          );
        }),
      };
    },
  },
  {
    rule: 'H2',
    name: 'on every transport',
    proves: 'A refusal carries a code, a sentence, a fix and an attempt id on every transport.',
    does: 'Asks without a credential on REST, SSE, long-poll and WebSocket, and sends bytes that are no HTTP.',
    expected: {
      rest: tellsWhatItSaw('credential_missing'),
      sse: tellsWhatItSaw('credential_missing'),
      poll: tellsWhatItSaw('credential_missing'),
      webSocket: tellsWhatItSaw('credential_missing'),
      noHttp: tellsWhatItSaw('malformed_request'),
    },
    async see(visit) {
      const as = null;
      return {
        rest: told(await visit.ask('/api/v1/auth/me', { as })),
        sse: told(await visit.ask('/api/v1/sse?channels=orders', { as })),
        poll: told(await visit.ask('/api/v1/poll?channels=orders', { as })),
        webSocket: told((await visit.handshake('/ws/orders', { as })).answer),
        noHttp: told(await visit.bytes('this is no HTTP\r\n\r\n')),
      };
    },
  },
  {
    rule: 'H3',
    name: 'a problem',
    proves:
      'A refusal over HTTP is `application/problem+json` with all members, and repeats the attempt id in a header.',
    does: 'Opens a WebSocket without a credential.',
    expected: {
      contentType: /^application\/problem\+json/,
      body: {
        type: /^https?:\/\//,
        title: /./,
        status: 401,
        code: 'credential_missing',
        detail: /./,
        fix: /./,
        attempt: ATTEMPT,
        retryable: false,
      },
      checked: true,
      sameAttempt: true,
    },
    async see(visit) {
      const { answer } = await visit.handshake('/ws/orders', { as: null });
      const { headers, json } = answer;
      return {
        contentType: headers['content-type'],
        body: json,
        checked: Array.isArray(json?.checked),
        sameAttempt: headers['greenlight-attempt'] === json?.attempt,
      };
    },
  },
  {
    rule: 'H4',
    name: 'headers of a status',
    proves: 'An answer with 401 has `WWW-Authenticate`, with 405 `Allow`, with 426 `Upgrade`.',
    does: 'Provokes each of the three.',
    expected: { 401: [401, /Bearer/], 405: [405, /GET/], 426: [426, /websocket/i] },
    async see(visit) {
      const missing = await visit.ask('/api/v1/auth/me', { as: null });
      const method = await visit.ask('/health/live', { method: 'DELETE' });
      const plain = await visit.ask('/api/v1/ws');
      return {
        401: [missing.status, missing.headers['www-authenticate']],
        405: [method.status, method.headers.allow],
        426: [plain.status, plain.headers.upgrade],
      };
    },
  },
  {
    rule: 'H4',
    name: 'when to come back',
    proves: 'An answer with status 429 has `Retry-After`.',
    does: 'Asks for one ticket more than a user may have.',
    expected: { status: 429, retryAfter: /^[1-9]\d*$/ },
    async see(visit) {
      const { key } = await visit.newKey();
      let last = await visit.post('/api/v1/auth/ws-ticket', {}, { as: key });
      for (let n = 0; n < 5 && last.status === 200; n += 1)
        last = await visit.post('/api/v1/auth/ws-ticket', {}, { as: key });
      return { status: last.status, retryAfter: last.headers['retry-after'] };
    },
  },
  {
    rule: 'H5',
    name: 'deviations of the handshake',
    proves:
      'Each deviation from RFC 6455 section 4.2.1 has its own refusal; another version is told the right one.',
    does: 'Opens WebSockets with another method, HTTP/1.0, another version, a short key, none, and no `Connection`.',
    expected: {
      method: 'method_not_allowed',
      http: 'malformed_request',
      version: 'unsupported_websocket_version',
      rightVersion: '13',
      shortKey: 'bad_websocket_key',
      noKey: 'bad_websocket_key',
      noConnection: 'upgrade_required',
    },
    async see(visit) {
      const code = async (opening: Parameters<Visit['handshake']>[1]): Promise<string> =>
        (await visit.handshake('/api/v1/ws', opening)).answer.json?.code;
      const version = await visit.handshake('/api/v1/ws', withHeader('Sec-WebSocket-Version', '8'));
      return {
        method: await code({ method: 'POST' }),
        http: await code({ httpVersion: '1.0' }),
        version: version.answer.json?.code,
        rightVersion: version.answer.headers['sec-websocket-version'],
        shortKey: await code(withHeader('Sec-WebSocket-Key', 'c2hvcnQ=')),
        noKey: await code(withHeader('Sec-WebSocket-Key', null)),
        noConnection: await code(withHeader('Connection', 'keep-alive')),
      };
    },
  },
  {
    rule: 'H6',
    name: 'plain request, other upgrade',
    proves:
      'A plain request to a WebSocket address is `upgrade_required`; an upgrade to another protocol is ignored.',
    does: 'Asks for a WebSocket address, and offers `h2c` to a page.',
    expected: { plain: 'upgrade_required', offered: 200 },
    async see(visit) {
      const plain = await visit.ask('/ws/orders');
      const headers = { connection: 'Upgrade', upgrade: 'h2c' };
      return {
        plain: plain.json?.code,
        offered: (await visit.ask('/health/live', { headers })).status,
      };
    },
  },
  {
    rule: 'H7',
    name: 'Host',
    proves: 'A Host that is not a name of this server is refused with `host_not_allowed` (421).',
    does: 'Sends a Host that nobody has, on REST and WebSocket.',
    expected: { rest: [421, 'host_not_allowed'], webSocket: [421, 'host_not_allowed'] },
    async see(visit) {
      const rest = await visit.ask('/api/v1/auth/me', { headers: { host: 'foreign.invalid' } });
      const { answer } = await visit.handshake('/api/v1/ws', { headers: { Host: 'foreign.invalid' } });
      return { rest: [rest.status, rest.json?.code], webSocket: [answer.status, answer.json?.code] };
    },
  },
  {
    rule: 'H8',
    name: 'Origin',
    proves: "An Origin is the server's own or an allowed one; an absent one passes.",
    does: 'Opens WebSockets and asks REST with a foreign, the own, and no origin, each with a good key.',
    expected: {
      foreign: [403, 'origin_not_allowed'],
      foreignRest: [403, 'origin_not_allowed'],
      opaque: [403, 'origin_not_allowed'],
      own: 101,
      absent: 101,
    },
    async see(visit) {
      const open = async (origin: string | null): Promise<Answer> =>
        (await visit.handshake('/api/v1/ws', { headers: { Origin: origin } })).answer;
      const foreign = await open(FOREIGN);
      const opaque = await open('null');
      const rest = await visit.ask('/api/v1/auth/me', { headers: { origin: FOREIGN } });
      return {
        foreign: [foreign.status, foreign.json?.code],
        foreignRest: [rest.status, rest.json?.code],
        opaque: [opaque.status, opaque.json?.code],
        own: (await open(visit.url.origin)).status,
        absent: (await open(null)).status,
      };
    },
  },
  {
    rule: 'H9',
    name: 'subprotocol',
    proves:
      'None may be offered; a list without `greenlight.v1` is refused; only `greenlight.v1` is ever echoed.',
    does: 'Offers nothing, another one, and `greenlight.v1` behind the entry with the credential.',
    expected: { none: [101, null], other: 'subprotocol_not_supported', echoed: 'greenlight.v1' },
    async see(visit) {
      const none = (await visit.handshake('/api/v1/ws')).answer;
      const offer = async (list: string): Promise<Answer> =>
        (await visit.handshake('/api/v1/ws', { as: null, headers: { 'Sec-WebSocket-Protocol': list } }))
          .answer;
      const credentialFirst = visit.subprotocols(visit.key).split(', ').toReversed().join(', ');
      return {
        none: [none.status, none.headers['sec-websocket-protocol'] ?? null],
        other: (await offer('another.v1')).json?.code,
        echoed: (await offer(credentialFirst)).headers['sec-websocket-protocol'],
      };
    },
  },
  {
    rule: 'H10',
    name: 'room for 300 attempts',
    proves: 'One address is allowed at least 300 attempts a minute.',
    does: 'Counts, of the first 300 requests of this run, those that were refused for their rate.',
    expected: { rateLimited: 0 },
    last: true,
    see: async ({ tally }) => tally,
  },
  {
    rule: 'H11',
    name: 'the client names the attempt',
    proves:
      'The client may name the attempt; one that is malformed or in use is replaced; the verdict is kept for lookup.',
    does: 'Names attempts in the header and in the query, names one twice, and looks one up without a credential.',
    expected: {
      header: true,
      query: true,
      malformed: ATTEMPT,
      twice: false,
      lookup: { status: 200, json: { outcome: 'refused', code: 'credential_missing' } },
    },
    async see(visit) {
      const [one, two] = [visit.attemptId(), visit.attemptId()];
      const named = async (path: string, attempt?: string): Promise<string> => {
        const headers = attempt === undefined ? null : { 'greenlight-attempt': attempt };
        return (await visit.ask(path, { as: null, ...(headers && { headers }) })).json?.attempt;
      };
      const header = (await named('/api/v1/auth/me', one)) === one;
      const query = (await named(`/api/v1/auth/me?attempt=${two}`)) === two;
      return {
        header,
        query,
        malformed: await named('/api/v1/auth/me', 'short'),
        twice: (await named('/api/v1/auth/me', one)) === one,
        lookup: await visit.ask(`/api/v1/handshakes/${one}`, { as: null }),
      };
    },
  },
  {
    rule: 'H12',
    name: 'accepted, told, closed',
    proves:
      'A client that offered `greenlight.v1` with an allowed Origin is accepted, told its refusal, and closed.',
    does: 'Presents an unknown key from a page of this server, and from nowhere.',
    expected: { page: [101, 'refusal', UNKNOWN, 4401], other: 401 },
    async see(visit) {
      const headers = ownPage(visit);
      const { answer, socket } = await visit.handshake('/api/v1/ws', { as: UNKNOWN_KEY, headers });
      const refusal = await socket?.next('refusal');
      const other = await visit.handshake('/api/v1/ws', { as: UNKNOWN_KEY });
      return {
        page: [answer.status, refusal?.type, refusal?.code, (await socket?.ended())?.code],
        other: other.answer.status,
      };
    },
  },
  {
    rule: 'H13',
    name: 'close code and reason',
    proves:
      'The close code is 44 and the last two digits of the status; its reason is the code, a space, the attempt id.',
    does: 'Has a page of this server refused with 401, 403 and 404.',
    expected: { 401: [4401, true], 403: [4403, true], 404: [4404, true] },
    async see(visit) {
      const refused = async (path: string, as: string): Promise<[number | undefined, boolean]> => {
        const { socket } = await visit.handshake(path, { as, headers: ownPage(visit) });
        const refusal = await socket?.next('refusal');
        const close = await socket?.ended();
        return [close?.code, close?.reason === `${refusal?.code} ${refusal?.attempt}`];
      };
      const { key } = await visit.newKey();
      return {
        401: await refused('/api/v1/ws', UNKNOWN_KEY),
        403: await refused(`/ws/${encodeURIComponent('$SYS:handshakes')}`, key),
        404: await refused('/ws/', key),
      };
    },
  },
  {
    rule: 'H14',
    name: 'the public tier',
    proves:
      'In the public tier all bad keys, tokens and tickets get the same answer, and no answer names allowed origins.',
    does: 'Presents an unknown key, a token and a ticket, and comes from a foreign origin.',
    expected: { codes: ['credential_invalid'], namesOrigins: false },
    async see(visit) {
      if (!(await tellsOnlyThePublic(visit)))
        throw new NotCheckable('This server explains everything to everybody (tier "full").');
      const key = await visit.ask('/api/v1/auth/me', { as: UNKNOWN_KEY });
      const token = await visit.ask('/api/v1/auth/me', { as: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.AAAA' });
      const ticket = await visit.ask('/api/v1/auth/me?ticket=there-is-no-such-ticket', { as: null });
      const foreign = await visit.ask('/api/v1/auth/me', { headers: { origin: FOREIGN } });
      return {
        codes: [...new Set([key, token, ticket].map(({ json }) => json?.code))],
        namesOrigins: foreign.text.replaceAll(FOREIGN, '').includes(`allowed are`),
      };
    },
  },
  {
    rule: 'H15',
    name: 'refusals are published and kept',
    proves: 'Every refusal is kept for lookup and published on `$SYS:handshakes`.',
    does: 'Reads the channel as an operator while somebody is refused, then looks the attempt up.',
    expected: { event: 'credential_missing', looked: 'credential_missing' },
    async see(visit) {
      const attempt = visit.attemptId();
      const socket = await visit.protocol();
      const { channels } = await socket.reply({ type: 'subscribe', channels: { '$SYS:handshakes': null } });
      if (channels?.['$SYS:handshakes']?.outcome === 'denied')
        throw new NotCheckable('Only operators read $SYS:handshakes.');
      await visit.ask('/api/v1/auth/me', { as: null, headers: { 'greenlight-attempt': attempt } });
      const seen = await socket.until(
        ({ event }) => event?.data?.attempt === attempt,
        'event about the refusal',
      );
      const looked = await visit.ask(`/api/v1/handshakes/${attempt}`, { as: null });
      return { event: seen.event.data.code, looked: looked.json?.code };
    },
  },
  {
    rule: 'H16',
    name: 'no credential comes back',
    proves: 'No credential appears in an answer, an attempt, an event or a metric.',
    does: "Presents a made-up key in five places, and searches every answer, the operator's traces and the metrics for it.",
    expected: { places: 5, found: [] },
    async see(visit) {
      const canary = visit.attemptId().replaceAll(/[-_]/g, 'x');
      const secret = `gl_canary_${canary}`;
      const as = null;
      const answers = [
        await visit.ask('/api/v1/auth/me', { as: secret }),
        await visit.ask(`/api/v1/auth/me?token=${secret}`, { as }),
        await visit.ask(`/api/v1/auth/me?ticket=${secret}`, { as }),
        await visit.ask(`/api/v1/auth/${secret}`, { as }),
        (
          await visit.handshake('/ws/orders', {
            as,
            headers: { 'Sec-WebSocket-Protocol': visit.subprotocols(secret) },
          })
        ).answer,
      ];
      const looks = [
        await visit.ask('/api/v1/handshakes?limit=200'),
        await visit.ask('/api/v1/channels/$SYS:handshakes/history?limit=1000'),
        await visit.ask('/metrics'),
      ];
      const encoded = Buffer.from(secret).toString('base64url');
      const all = [...answers, ...looks].map(({ headers, text }) => JSON.stringify(headers) + text);
      return {
        places: answers.length,
        found: all.filter((text) => text.includes(canary) || text.includes(encoded)),
      };
    },
  },
  {
    rule: 'H19',
    name: 'ids of the self-probe',
    proves:
      'Attempt ids that begin with `self-probe-` count only for the calls that the server makes to itself.',
    does: 'Names an attempt so.',
    expected: { kept: false },
    async see(visit) {
      const attempt = 'self-probe-AAAAAAAAAAA';
      const { json } = await visit.ask('/api/v1/auth/me', {
        as: null,
        headers: { 'greenlight-attempt': attempt },
      });
      return { kept: json?.attempt === attempt };
    },
  },
  {
    rule: 'H21',
    name: 'bytes that are no HTTP',
    proves: 'TLS, HTTP/2 and the PROXY protocol are answered by what they are.',
    does: 'Sends the first bytes of each.',
    expected: { tls: /TLS/, http2: /HTTP\/2/, proxy: /PROXY/ },
    async see(visit) {
      if (visit.url.protocol === 'https:')
        throw new NotCheckable('In front of this server something speaks TLS, which answers by itself.');
      const isPublic = await tellsOnlyThePublic(visit);
      const detail = async (bytes: string | Buffer): Promise<string> => {
        const { json } = await visit.bytes(bytes);
        if (!isPublic) return json?.detail;
        // Everybody gets the general sentence there; what it was is for operators.
        const trace = await visit.ask(`/api/v1/handshakes?attempt=${json?.attempt}`);
        if (trace.status === 403)
          throw new NotCheckable('Only operators are told what it was (tier "public").');
        return trace.json?.items[0]?.detail;
      };
      return {
        tls: await detail(Buffer.from('160301007a0100007603030000', 'hex')),
        http2: await detail('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
        proxy: await detail('PROXY TCP4 192.0.2.1 192.0.2.2 5000 80\r\nGET / HTTP/1.1\r\n\r\n'),
      };
    },
  },
];
