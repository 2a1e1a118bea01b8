/** Section C: credentials, as far as a key and what it can be traded for go. */
import { type Check, NotCheckable } from '../check.ts';
import type { Json } from '../speak/ask.ts';
import type { Visit } from '../visit.ts';

const UNKNOWN_KEY = 'gl_conformance_there-is-no-such-key';
const UNKNOWN = /^(?:api_key_unknown|credential_invalid)$/;
const GREENLIGHT = { 'Sec-WebSocket-Protocol': 'greenlight.v1' };
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

async function ticketOf(visit: Visit, as: string, wishes: object = {}): Promise<string> {
  const { status, json, text } = await visit.post('/api/v1/auth/ws-ticket', wishes, { as });
  if (status !== 200) throw new Error(`Asking for a ticket was answered ${status}: ${text}`);
  return json.ticket;
}

/** The status and code that one credential gets on each transport. */
async function everywhere(visit: Visit, key: string): Promise<Record<string, Json>> {
  const channel = visit.channel();
  const rest = await visit.ask('/api/v1/auth/me', { as: key });
  const poll = await visit.ask(`/api/v1/poll?channels=${channel}`, { as: key });
  const { answer } = await visit.handshake('/api/v1/ws', { as: key });
  const stream = await visit.sse(`/api/v1/sse?channels=${channel}`, { as: key });
  const frame = await visit.socket('/api/v1/ws', { as: null, headers: GREENLIGHT });
  frame.send({ id: 1, type: 'auth', token: key });
  const first = await frame.next('answer to auth');
  return {
    rest: rest.json?.code ?? 'good',
    poll: poll.json?.code ?? 'good',
    webSocket: answer.json?.code ?? 'good',
    sse: stream.answer.status === 200 ? 'good' : rest.json?.code,
    sseStatus: stream.answer.status === rest.status,
    frame: first.code ?? 'good',
  };
}

export const CREDENTIALS: readonly Check[] = [
  {
    rule: 'C1',
    name: 'which place counts',
    proves:
      'The first place that has a credential counts: header, subprotocol entry, cookie, `?ticket=`, frame.',
    does: 'Presents a good one in one place and a bad one in a later place, and the other way round.',
    expected: {
      headerThenTicket: 200,
      badHeaderThenTicket: UNKNOWN,
      entry: 101,
      badEntryThenTicket: UNKNOWN,
      ticket: 101,
    },
    async see(visit) {
      const { key } = await visit.newKey();
      const entry = async (secret: string, path = '/api/v1/ws'): Promise<Json> => {
        const headers = { 'Sec-WebSocket-Protocol': visit.subprotocols(secret) };
        return (await visit.handshake(path, { as: null, headers })).answer;
      };
      const ticket = await ticketOf(visit, key);
      return {
        headerThenTicket: (await visit.ask('/api/v1/auth/me?ticket=unknown', { as: key })).status,
        badHeaderThenTicket: (await visit.ask(`/api/v1/auth/me?ticket=${ticket}`, { as: UNKNOWN_KEY })).json
          ?.code,
        entry: (await entry(key)).status,
        badEntryThenTicket: (await entry(UNKNOWN_KEY, `/api/v1/ws?ticket=${ticket}`)).json?.code,
        ticket: (await visit.handshake(`/api/v1/ws?ticket=${ticket}`, { as: null })).answer.status,
      };
    },
  },
  {
    rule: 'C2',
    name: 'credential in the URL',
    proves:
      'A credential in the URL other than `?ticket=` is refused with `credential_in_url`, by name or by shape.',
    does: 'Puts made-up credentials into the query of REST, SSE and WebSocket addresses.',
    expected: {
      name: 'credential_in_url',
      shape: 'credential_in_url',
      sse: 'credential_in_url',
      webSocket: 'credential_in_url',
    },
    async see(visit) {
      const code = async (path: string): Promise<string> => (await visit.ask(path)).json?.code;
      return {
        name: await code('/api/v1/auth/me?access_token=abc'),
        shape: await code('/api/v1/auth/me?x=gl_conformance_made-up'),
        sse: await code('/api/v1/sse?channels=orders&token=abc'),
        webSocket: (await visit.handshake('/api/v1/ws?token=abc')).answer.json?.code,
      };
    },
  },
  {
    rule: 'C3',
    name: 'malformed is not missing',
    proves: 'What is no credential is `credential_malformed`, none is `credential_missing`.',
    does: 'Presents an unexpanded variable, an empty bearer, and nothing.',
    expected: {
      unexpanded: 'credential_malformed',
      empty: 'credential_malformed',
      none: 'credential_missing',
    },
    async see(visit) {
      const code = async (as: string | null): Promise<string> =>
        (await visit.ask('/api/v1/auth/me', { as })).json?.code;
      return { unexpanded: await code('$TOKEN'), empty: await code(''), none: await code(null) };
    },
  },
  {
    rule: 'C4',
    name: 'one verdict everywhere',
    proves:
      'The same credential gets the same verdict on REST, WebSocket, SSE, long-poll and in the `auth` frame.',
    does: 'Presents a good key and an unknown one on each.',
    expected: {
      good: { rest: 'good', poll: 'good', webSocket: 'good', sse: 'good', sseStatus: true, frame: 'good' },
      bad: {
        rest: UNKNOWN,
        poll: UNKNOWN,
        webSocket: UNKNOWN,
        sse: UNKNOWN,
        sseStatus: true,
        frame: UNKNOWN,
      },
    },
    async see(visit) {
      return { good: await everywhere(visit, visit.key), bad: await everywhere(visit, UNKNOWN_KEY) };
    },
  },
  {
    rule: 'C5',
    name: 'a key is shown once',
    proves: 'A key is shown once.',
    does: 'Makes a key, and searches the list of keys for its secret.',
    expected: { listed: true, shown: false },
    async see(visit) {
      const { key, id } = await visit.newKey();
      const { json, text } = await visit.ask('/api/v1/keys');
      return {
        listed: json.items.some((item: Json) => item.id === id),
        shown: text.includes(key) || text.includes(key.split('_').slice(2).join('_')),
      };
    },
  },
  {
    rule: 'C6',
    name: 'revoking',
    proves: 'Revoking a key cuts its open connections, and it is refused from then on.',
    does: 'Opens a socket and a stream with a key, revokes it, and uses it once more.',
    expected: {
      disconnect: 'credential_rejected',
      code: 4401,
      streamEnds: true,
      after: /^(?:api_key_revoked|credential_invalid)$/,
    },
    async see(visit) {
      const { key, id } = await visit.newKey();
      const socket = await visit.protocol({ as: key });
      const stream = await visit.sse(`/api/v1/sse?channels=${visit.channel()}`, { as: key });
      await visit.revoke(id);
      const disconnect = await socket.ofType('disconnect');
      const { code } = await socket.ended();
      await stream.rest();
      const after = await visit.ask('/api/v1/auth/me', { as: key });
      return { disconnect: disconnect.code, code, streamEnds: true, after: after.json?.code };
    },
  },
  {
    rule: 'C7',
    name: 'a ticket counts once',
    proves: 'A ticket is 32 random bytes and counts for 30 s; of simultaneous uses exactly one succeeds.',
    does: 'Uses one ticket 20 times at once.',
    expected: {
      ticket: /^[\w-]{43}$/,
      seconds: true,
      good: 1,
      refused: [/^(?:ticket_already_used|credential_invalid)$/],
    },
    async see(visit) {
      const { key } = await visit.newKey();
      const { json } = await visit.post('/api/v1/auth/ws-ticket', {}, { as: key });
      const uses = await Promise.all(
        Array.from({ length: 20 }, () => visit.ask(`/api/v1/auth/me?ticket=${json.ticket}`, { as: null })),
      );
      return {
        ticket: json.ticket,
        seconds: json.expiresIn > 0 && json.expiresIn <= 30,
        good: uses.filter(({ status }) => status === 200).length,
        refused: [...new Set(uses.filter(({ status }) => status !== 200).map((use) => use.json?.code))],
      };
    },
  },
  {
    rule: 'C8',
    name: 'what a ticket is bound to',
    proves:
      'A ticket is bound to an origin and to channels of its issuer, ends with it, and is not traded for another.',
    does: 'Uses tickets from another origin, for another channel, for a ticket, and after their key was revoked.',
    expected: {
      origin: /^(?:ticket_origin_mismatch|credential_invalid)$/,
      beyond: 'channel_forbidden',
      channel: 'channel_forbidden',
      traded: 'channel_forbidden',
      revoked: 401,
    },
    async see(visit) {
      const channel = visit.channel();
      const { key, id } = await visit.newKey({ channels: [`${channel}*`] });
      const use = async (ticket: string, path: string, method = 'GET'): Promise<Json> =>
        visit.ask(`${path}${path.includes('?') ? '&' : '?'}ticket=${ticket}`, { as: null, method });
      const elsewhere = await ticketOf(visit, key, { origin: 'https://elsewhere.invalid' });
      const narrow = await ticketOf(visit, key, { channels: [`${channel}.a`] });
      const traded = await ticketOf(visit, key);
      const ending = await ticketOf(visit, key);
      const beyond = await visit.post('/api/v1/auth/ws-ticket', { channels: ['elsewhere'] }, { as: key });
      const seen = {
        origin: (await use(elsewhere, '/api/v1/auth/me')).json?.code,
        beyond: beyond.json?.code,
        channel: (await use(narrow, `/api/v1/poll?channels=${channel}.b`)).json?.code,
        traded: (await use(traded, '/api/v1/auth/ws-ticket', 'POST')).json?.code,
      };
      await visit.revoke(id);
      return { ...seen, revoked: (await use(ending, '/api/v1/auth/me')).status };
    },
  },
  {
    rule: 'C9',
    name: 'five tickets',
    proves:
      'One user does not have more than 5 tickets that are not used yet: the next one is `rate_limited`.',
    does: 'Asks for six.',
    expected: [200, 200, 200, 200, 200, 'rate_limited'],
    async see(visit) {
      const { key } = await visit.newKey();
      const seen: unknown[] = [];
      for (let n = 0; n < 6; n += 1) {
        const { status, json } = await visit.post('/api/v1/auth/ws-ticket', {}, { as: key });
        seen.push(status === 200 ? status : json?.code);
      }
      return seen;
    },
  },
  {
    rule: 'C14',
    name: 'a token that does not count',
    proves:
      'A token that fails has a code of its own, which is not that of a malformed or missing credential.',
    does: 'Presents a token with a signature of nobody.',
    expected: { status: 401, code: /^(?:token_\w+|credential_invalid)$/ },
    async see(visit) {
      const claims = { sub: 'conformance', exp: Math.floor(Date.now() / 1_000) + 600 };
      const token = `${part({ alg: 'HS256' })}.${part(claims)}.${part({})}`;
      const { status, json } = await visit.ask('/api/v1/auth/me', { as: token });
      return { status, code: json?.code };
    },
  },
  {
    rule: 'C15',
    name: '`none` is no algorithm',
    proves: 'The algorithm `none` never counts.',
    does: "Presents unsigned tokens that claim to be an administrator's.",
    expected: [401, 401, 401],
    async see(visit) {
      const claims = part({ sub: 'admin', role: 'admin', exp: Math.floor(Date.now() / 1_000) + 600 });
      const ask = async (alg: string): Promise<number> =>
        (await visit.ask('/api/v1/auth/me', { as: `${part({ alg })}.${claims}.` })).status;
      return [await ask('none'), await ask('None'), await ask('NONE')];
    },
  },
  {
    rule: 'C25',
    name: 'a credential that ends',
    proves:
      'A connection whose credential ends is told before; a fresh one of the same user replaces it, another does not.',
    does: "Opens two sockets with a key for 8 s: one renews, first with somebody else's key; the other does not.",
    expected: { told: true, foreign: 'error', renewed: 'ok', left: 4401, stayed: 'ok' },
    async see(visit) {
      const user = `conformance-${visit.attemptId()}`;
      const short = await visit.newKey({ user, lastsMs: 8_000 });
      const fresh = await visit.newKey({ user });
      const other = await visit.newKey();
      const [renewing, leaving] = [
        await visit.protocol({ as: short.key }),
        await visit.protocol({ as: short.key }),
      ];
      const { expiresAt } = await renewing.ofType('expiring');
      const foreign = await renewing.reply({ type: 'auth', token: other.key });
      const renewed = await renewing.reply({ type: 'auth', token: fresh.key });
      const { code } = await leaving.ended();
      const stayed = await renewing.reply({ type: 'ping' });
      return {
        told: Date.parse(expiresAt) > 0,
        foreign: foreign.type,
        renewed: renewed.type,
        left: code,
        stayed: stayed.type,
      };
    },
  },
  {
    rule: 'C30',
    name: 'nobody else sees a private run',
    proves: 'To all but its owner a private run is as one that is not there, and `user:<id>` is forbidden.',
    does: "Starts a private run, and asks for it, for its channel and for its owner's, as somebody else.",
    expected: {
      sameAsNone: true,
      code: 'channel_not_found',
      channel: 'channel_not_found',
      user: ['channel_forbidden', 'channel_forbidden'],
      listed: false,
      owner: 200,
    },
    async see(visit) {
      const owner = await visit.newKey({ role: 'operator' });
      const { key } = await visit.newKey();
      const { id } = await visit.startRun({ private: true, as: owner.key });
      const ask = (path: string, as = key): Promise<Json> => visit.ask(path, { as });
      const none = `wf_${'0'.repeat(20)}`;
      const [hidden, absent] = [await ask(`/api/v1/workflows/${id}`), await ask(`/api/v1/workflows/${none}`)];
      const users = [owner.user, 'nobody-of-that-name'].map((user) =>
        ask(`/api/v1/poll?channels=user:${user}`),
      );
      const list = await ask('/api/v1/workflows?limit=500');
      return {
        sameAsNone: hidden.status === absent.status && hidden.json?.code === absent.json?.code,
        code: hidden.json?.code,
        channel: (await ask(`/api/v1/poll?channels=workflow:${id}`)).json?.code,
        user: (await Promise.all(users)).map(({ json }) => json?.code),
        listed: list.json.items.some((item: Json) => item.id === id),
        owner: (await ask(`/api/v1/workflows/${id}`, owner.key)).status,
      };
    },
  },
  {
    rule: 'C31',
    name: 'a failed sign-in with the provider',
    proves:
      'A browser that navigates is led to the sign-in page with attempt and code; everybody else gets the problem.',
    does: 'Comes back from the provider with a state that nobody gave, as a page and as a program.',
    expected: { page: [302, /\/dashboard\/sign-in\?.*attempt=/], program: true },
    async see(visit) {
      const { json } = await visit.ask('/api/v1/auth/methods', { as: null });
      if (!json?.oidc) throw new NotCheckable('This server has no sign-in with a provider.');
      const path = '/api/v1/auth/oidc/callback?code=made-up&state=made-up';
      const page = await visit.ask(path, { as: null, headers: { accept: 'text/html' } });
      const program = await visit.ask(path, { as: null });
      return { page: [page.status, page.headers.location], program: program.json?.code !== undefined };
    },
  },
  {
    rule: 'C32',
    name: 'a wrong password',
    proves:
      'A wrong password is refused as `credential_invalid` at the stage `credential`, kept, and the name is told nowhere.',
    does: 'Signs in as a user that does not exist, then looks the attempt up, as anybody and as an operator.',
    expected: {
      answer: { status: 401, json: { code: 'credential_invalid' } },
      stage: 'credential',
      lookup: { json: { outcome: 'refused', code: 'credential_invalid' } },
      named: false,
    },
    async see(visit) {
      const [user, attempt] = [`conformance-${visit.attemptId()}`, visit.attemptId()];
      const headers = { 'greenlight-attempt': attempt, origin: visit.url.origin };
      const body = { user, password: 'not the password of anybody' };
      const answer = await visit.post('/api/v1/auth/login', body, { as: null, headers });
      const lookup = await visit.ask(`/api/v1/handshakes/${attempt}`, { as: null });
      const trace = await visit.ask(`/api/v1/handshakes?attempt=${attempt}`);
      return {
        answer,
        stage: answer.json?.checked?.find(({ outcome }: Json) => outcome === 'failed')?.stage,
        lookup,
        named: [answer, lookup, trace].some(({ text }) => text.includes(user)),
      };
    },
  },
  {
    rule: 'C33',
    name: 'changes of keys are told',
    proves: 'Each change of a key is an event on `$SYS:accounts` with who did it, and no secret in it.',
    does: 'Reads the channel while it makes a key and revokes it.',
    expected: {
      made: { type: 'system.key_created', data: { role: 'viewer', by: /./ } },
      revoked: { type: 'system.key_revoked', data: { by: /./ } },
      secret: false,
    },
    async see(visit) {
      const socket = await visit.protocol();
      const { channels } = await socket.reply({ type: 'subscribe', channels: { '$SYS:accounts': null } });
      if (channels?.['$SYS:accounts']?.outcome === 'denied')
        throw new NotCheckable('Only operators read $SYS:accounts.');
      const { key, id } = await visit.newKey();
      await visit.revoke(id);
      const about = ({ event }: Json): boolean => JSON.stringify(event ?? null).includes(id);
      const made = await socket.until(about, 'event about the new key');
      const revoked = await socket.until(about, 'event about the revoked key');
      const secret = JSON.stringify([made, revoked]).includes(key.split('_').slice(2).join('_'));
      return { made: made.event, revoked: revoked.event, secret };
    },
  },
];
