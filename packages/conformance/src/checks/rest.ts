/** Section R: REST and errors. */
import { randomUUID } from 'node:crypto';
import { EVENT_TYPES } from '@greenlight/protocol/event';
import type { Check } from '../check.ts';
import { NotCheckable } from '../check.ts';
import type { Answer, Json } from '../speak/ask.ts';

const FOREIGN = 'https://foreign.invalid';
const ATTEMPT = /^[\w-]{22}$/;
const PROBLEM = { type: /^https?:\/\//, title: /./, detail: /./, fix: /./, attempt: ATTEMPT };

const problem = ({ status, headers, json }: Answer): Json => ({
  ...json,
  answered: status,
  sameStatus: json?.status === status,
  media: headers['content-type'],
});
const offsets = ({ events }: Json): number[] => events.map(({ offset }: Json) => offset);
const aProblem = (status: number, code: string): Json => ({
  ...PROBLEM,
  answered: status,
  sameStatus: true,
  code,
  media: /^application\/problem\+json/,
});

export const REST: readonly Check[] = [
  {
    rule: 'R1',
    name: 'attempts and problems',
    proves: 'Every answer carries `Greenlight-Attempt`, and every error is a problem, whatever caused it.',
    does: 'Provokes errors of the ladder, the router, and the validation of query and body.',
    expected: {
      attempts: true,
      ladder: aProblem(401, 'credential_missing'),
      router: aProblem(404, 'route_not_found'),
      query: aProblem(400, 'invalid_input'),
      body: aProblem(400, 'invalid_input'),
      absent: aProblem(404, 'not_found'),
    },
    async see(visit) {
      const answers = {
        good: await visit.ask('/health/live'),
        ladder: await visit.ask('/api/v1/auth/me', { as: null }),
        router: await visit.ask('/api/v1/nowhere'),
        query: await visit.ask('/api/v1/workflows?limit=ten'),
        body: await visit.post('/api/v1/workflows', { input: {} }),
        absent: await visit.ask('/api/v1/recommendations/rec_nobody'),
      };
      const { good: _good, ...errors } = answers;
      return {
        attempts: Object.values(answers).every(({ headers }) =>
          ATTEMPT.test(String(headers['greenlight-attempt'])),
        ),
        ...Object.fromEntries(Object.entries(errors).map(([name, answer]) => [name, problem(answer)])),
      };
    },
  },
  {
    rule: 'R2',
    name: 'paths and methods',
    proves:
      'An unknown path is `route_not_found`, another method `method_not_allowed` with `Allow`; a path is judged as it runs.',
    does: "Asks for both, and for the keys behind a path that looks like the page's.",
    expected: {
      path: 'route_not_found',
      method: 'method_not_allowed',
      allow: /GET.*POST/,
      disguised: [false, false],
    },
    async see(visit) {
      const method = await visit.ask('/api/v1/workflows', { method: 'PUT' });
      const disguised = ['/dashboard/../api/v1/keys', '/dashboard/%2e%2e/api/v1/keys'].map(async (path) =>
        (await visit.ask(path)).text.includes('"items"'),
      );
      return {
        path: (await visit.ask('/api/v1/nowhere')).json?.code,
        method: method.json?.code,
        allow: method.headers.allow,
        disguised: await Promise.all(disguised),
      };
    },
  },
  {
    rule: 'R3',
    name: 'bodies',
    proves:
      'A body is read as JSON whatever it is called; one that does not fit is `invalid_input` and names what does not.',
    does: 'Sends a ping as a form, half a JSON, and a run without a kind.',
    expected: {
      form: { status: 200, json: { type: 'ok' } },
      half: 'invalid_input',
      lacking: ['invalid_input', /kind/],
    },
    async see(visit) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const lacking = await visit.post('/api/v1/workflows', { input: {} });
      return {
        form: await visit.post('/api/v1/commands', { id: 1, type: 'ping' }, { headers }),
        half: (await visit.post('/api/v1/commands', '{"id":')).json?.code,
        lacking: [lacking.json?.code, lacking.json?.detail],
      };
    },
  },
  {
    rule: 'R4',
    name: 'pages of other origins',
    proves:
      'Answers to an allowed origin are readable by its pages, refusals included; a preflight of another is refused.',
    does: 'Asks as a page of this server with and without a credential, and sends preflights from it and from elsewhere.',
    expected: {
      good: true,
      refused: true,
      preflight: [204, true, 'true'],
      foreign: [403, 'origin_not_allowed', null],
    },
    async see(visit) {
      const { origin } = visit.url;
      const preflight = {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      };
      const readable = ({ headers }: Answer): boolean => headers['access-control-allow-origin'] === origin;
      const ask = (from: string): Promise<Answer> =>
        visit.ask('/api/v1/workflows', {
          as: null,
          method: 'OPTIONS',
          headers: { origin: from, ...preflight },
        });
      const [own, foreign] = [await ask(origin), await ask(FOREIGN)];
      return {
        good: readable(await visit.ask('/api/v1/auth/me', { headers: { origin } })),
        refused: readable(await visit.ask('/api/v1/auth/me', { as: null, headers: { origin } })),
        preflight: [own.status, readable(own), own.headers['access-control-allow-credentials']],
        foreign: [foreign.status, foreign.json?.code, foreign.headers['access-control-allow-origin'] ?? null],
      };
    },
  },
  {
    rule: 'R5',
    name: 'verdicts for every origin',
    proves:
      'The verdict on an attempt is readable by pages of every origin; an unknown one names the nodes that were asked.',
    does: 'Looks up an attempt, and one that never was, as a page from elsewhere.',
    expected: {
      known: { status: 200, json: { outcome: 'refused' } },
      readable: true,
      unknown: { status: 404, json: { code: 'attempt_not_seen', startedAt: /^\d{4}-/ } },
      nodes: true,
    },
    async see(visit) {
      const attempt = visit.attemptId();
      await visit.ask('/api/v1/auth/me', { as: null, headers: { 'greenlight-attempt': attempt } });
      const look = (id: string): Promise<Answer> =>
        visit.ask(`/api/v1/handshakes/${id}`, { as: null, headers: { origin: FOREIGN } });
      const [known, unknown] = [await look(attempt), await look(visit.attemptId())];
      const allowed = known.headers['access-control-allow-origin'];
      return {
        known,
        readable: allowed === '*' || allowed === FOREIGN,
        unknown,
        nodes: unknown.json?.nodes?.length > 0,
      };
    },
  },
  {
    rule: 'R7',
    name: 'a key in one answer only',
    proves: 'An API key is in the answer that creates it and in no other.',
    does: 'Makes a key with an expiry, and looks at what the list says about it.',
    expected: { made: /^gl_[a-z0-9]+_[\w-]{20,}$/, listed: true, fields: false },
    async see(visit) {
      const { key, id } = await visit.newKey({ lastsMs: 60_000 });
      const { json, text } = await visit.ask('/api/v1/keys');
      const item = json.items.find((each: Json) => each.id === id);
      return {
        made: key,
        listed: item !== undefined,
        fields: 'key' in item || 'hash' in item || text.includes(key),
      };
    },
  },
  {
    rule: 'R8',
    name: 'lists',
    proves:
      'A list answers `{items, next?}`; `next` is there only if there may be more, and names where the next page begins.',
    does: 'Starts two runs and reads the list one by one, then with room for all.',
    expected: { first: 1, second: 1, different: true, last: false },
    async see(visit) {
      const owner = (await visit.ask('/api/v1/auth/me')).json.user;
      await visit.startRun();
      await visit.startRun();
      const page = async (query: string): Promise<Json> =>
        (await visit.ask(`/api/v1/workflows?owner=${encodeURIComponent(owner)}&${query}`)).json;
      const first = await page('limit=1');
      const second = await page(`limit=1&before=${first.next}`);
      let all = await page('limit=500');
      for (let n = 0; n < 20 && all.next !== undefined && all.items.length > 0; n += 1)
        all = await page(`limit=500&before=${all.next}`);
      return {
        first: first.items.length,
        second: second.items.length,
        different: first.items[0]?.id !== second.items[0]?.id,
        last: all.next !== undefined,
      };
    },
  },
  {
    rule: 'R9',
    name: 'publishing',
    proves:
      'Publishing answers epoch, offset of the last event, durability; a repeat gets the first answer with `duplicate`.',
    does: 'Publishes two events, repeats them, and repeats the key with another.',
    expected: {
      first: {
        status: 200,
        json: { epoch: /./, offset: 2, durability: /^(?:disk|memory)$/, duplicate: false },
      },
      again: { status: 200, json: { offset: 2, duplicate: true } },
      other: { json: { code: 'idempotency_key_reused' } },
    },
    async see(visit) {
      const path = `/api/v1/channels/${visit.channel()}/publications`;
      const headers = { 'idempotency-key': randomUUID() };
      const events = [{ type: 'conformance.test' }, { type: 'conformance.test' }];
      return {
        first: await visit.post(path, events, { headers }),
        again: await visit.post(path, events, { headers }),
        other: await visit.post(path, [{ type: 'conformance.other' }], { headers }),
      };
    },
  },
  {
    rule: 'R10',
    name: 'history',
    proves: 'History begins after `since`, by default with the earliest event; a gap is told as `reset`.',
    does: 'Reads five events from the beginning, after the third, from another epoch, and in pages.',
    expected: {
      all: [1, 2, 3, 4, 5],
      after: [4, 5],
      gap: { reset: 'epoch_changed', first: 1 },
      page: { offsets: [1, 2], next: /:2$/ },
    },
    async see(visit) {
      const channel = visit.channel();
      const { epoch } = await visit.publish(channel, 1, 2, 3, 4, 5);
      const gap = await visit.history(channel, '&since=another0:3');
      const page = (await visit.ask(`/api/v1/channels/${channel}/history?limit=2`)).json;
      return {
        all: offsets(await visit.history(channel)),
        after: offsets(await visit.history(channel, `&since=${epoch}:3`)),
        gap: { reset: gap.reset, first: gap.events[0]?.offset },
        page: { offsets: offsets(page), next: page.next },
      };
    },
  },
  {
    rule: 'R11',
    name: 'starting and looking',
    proves:
      'Starting a run answers 201 and `Location`; a run names its position; `/api/workflows` answers alike.',
    does: 'Starts a run, looks at it at both addresses once it is over.',
    expected: { location: true, position: /^[\w-]+:\d+$/, alike: true },
    async see(visit) {
      const { id, location } = await visit.startRun();
      await visit.runToEnd(id);
      const [here, there] = [
        await visit.ask(`/api/v1/workflows/${id}`),
        await visit.ask(`/api/workflows/${id}`),
      ];
      return {
        location: location === `/api/v1/workflows/${id}`,
        position: here.json.position,
        alike: here.text === there.text,
      };
    },
  },
  {
    rule: 'R12',
    name: 'many decisions',
    proves: 'A decision on many recommendations answers each with an outcome of its own.',
    does: 'Approves two that do not exist.',
    expected: {
      status: 200,
      items: [
        { id: 'rec_a', code: 'not_found' },
        { id: 'rec_b', code: 'not_found' },
      ],
    },
    async see(visit) {
      const { status, json } = await visit.post('/api/v1/recommendations/approve', {
        ids: ['rec_a', 'rec_b'],
      });
      if (status === 403) throw new NotCheckable('It needs the role of a reviewer.');
      return { status, items: json?.items };
    },
  },
  {
    rule: 'R13',
    name: 'health',
    proves: 'Readiness and the self-probe are told; all health answers name build, pid and start time.',
    does: 'Asks all three without a credential.',
    expected: {
      live: { status: 200, json: { build: /./, startedAt: /^\d{4}-/ } },
      ready: { status: 200, json: { build: /./, startedAt: /^\d{4}-/ } },
      realtime: { json: { build: /./, startedAt: /^\d{4}-/ } },
      transports: true,
      samePid: true,
    },
    async see(visit) {
      const as = null;
      const live = await visit.ask('/health/live', { as });
      const ready = await visit.ask('/health/ready', { as });
      const realtime = await visit.ask('/health/realtime', { as });
      const pids = [live, ready, realtime].map(({ json }) => json?.pid);
      return {
        live,
        ready,
        realtime,
        transports: Array.isArray(realtime.json?.transports),
        samePid: Number.isInteger(pids[0]) && new Set(pids).size === 1,
      };
    },
  },
  {
    rule: 'R14',
    name: 'metrics',
    proves: '`/metrics` is open in development only; elsewhere it is for operators.',
    does: 'Asks for them without a credential, and holds the answer against the environment that health names.',
    expected: { asItShould: true },
    async see(visit) {
      const { environment } = (await visit.ask('/health/live')).json;
      const { status } = await visit.ask('/metrics', { as: null });
      return { asItShould: status === (environment === 'development' ? 200 : 401), environment, status };
    },
  },
  {
    rule: 'R15',
    name: 'OpenAPI',
    proves: 'The OpenAPI document describes the paths that are served, and no other.',
    does: 'Asks each path that it describes for a method that none has, which tells whether there is such a path.',
    expected: { version: /^3\.1\./, enough: true, notServed: [] },
    async see(visit) {
      const { json } = await visit.ask('/api/v1/openapi.json', { as: null });
      const paths = Object.keys(json?.paths ?? {});
      const notServed: string[] = [];
      for (const path of paths) {
        const filled = path.replaceAll(/\{\w+\}/g, 'x');
        if ((await visit.ask(filled, { method: 'PUT' })).json?.code !== 'method_not_allowed')
          notServed.push(path);
      }
      return { version: json?.openapi, enough: paths.length > 30, notServed };
    },
  },
  {
    rule: 'R16',
    name: 'AsyncAPI',
    proves: 'The AsyncAPI document has a message for every command, frame and event type.',
    does: 'Looks for the name of each in its messages.',
    expected: { version: /^3\./, missing: [] },
    async see(visit) {
      const { json } = await visit.ask('/api/v1/asyncapi.json', { as: null });
      const messages = JSON.stringify(json?.components?.messages ?? {});
      const names = [
        ['auth', 'subscribe', 'unsubscribe', 'publish', 'start', 'control', 'ping'],
        ['welcome', 'event', 'snapshot', 'heartbeat', 'refusal', 'disconnect'],
        EVENT_TYPES,
      ].flat();
      return { version: json?.asyncapi, missing: names.filter((name) => !messages.includes(`"${name}"`)) };
    },
  },
  {
    rule: 'R17',
    name: 'pages about codes',
    proves: 'The `type` of every problem leads to a page about its code.',
    does: 'Follows three of them, on this server.',
    expected: { credential_missing: true, route_not_found: true, invalid_input: true },
    async see(visit) {
      const problems = [
        await visit.ask('/api/v1/auth/me', { as: null }),
        await visit.ask('/api/v1/nowhere'),
        await visit.ask('/api/v1/workflows?limit=ten'),
      ];
      const seen: Record<string, boolean> = {};
      for (const { json } of problems) {
        const page = await visit.ask(new URL(json.type).pathname, { as: null });
        seen[json.code] = page.status === 200 && page.text.includes(json.code);
      }
      return seen;
    },
  },
  {
    rule: 'R18',
    name: 'what pages may do',
    proves:
      'Pages have a Content Security Policy that allows nothing from elsewhere and no inline script, `nosniff`, `no-referrer`.',
    does: 'Looks at the headers of the API reference.',
    expected: {
      policy: /default-src 'none'.*script-src 'self'/,
      unsafe: false,
      sniff: 'nosniff',
      referrer: 'no-referrer',
    },
    async see(visit) {
      const { headers } = await visit.ask('/docs', { as: null });
      const policy = String(headers['content-security-policy']);
      return {
        policy,
        unsafe: policy.includes('unsafe') || /(?:^|[\s;])\*/.test(policy),
        sniff: headers['x-content-type-options'],
        referrer: headers['referrer-policy'],
      };
    },
  },
  {
    rule: 'R19',
    name: 'files',
    proves:
      "No file outside the dashboard's folder is served; missing files are `route_not_found`; addresses within get the page.",
    does: 'Asks for a way out of the folder in four spellings, for a missing file, and for an address within the page.',
    expected: { outside: [false, false, false, false], missing: 'route_not_found', within: /^(?:200|503)$/ },
    async see(visit) {
      const ways = [
        '../package.json',
        '%2e%2e/%2e%2e/package.json',
        '..%2f..%2f..%2fpackage.json',
        '%2fetc/passwd',
      ];
      const outside = ways.map(async (way) => {
        const { status, text } = await visit.ask(`/dashboard/${way}`, { as: null });
        return status === 200 && /"name"|root:/.test(text);
      });
      return {
        outside: await Promise.all(outside),
        missing: (await visit.ask('/dashboard/assets/none.js', { as: null })).json?.code,
        within: String((await visit.ask('/dashboard/workflows', { as: null })).status),
      };
    },
  },
  {
    rule: 'R20',
    name: 'self-probe',
    proves:
      'The self-probe reports for each transport what was expected and seen; only operators may repeat it.',
    does: 'Repeats it as given and as a viewer.',
    expected: { viewer: 403, transports: ['rest', 'websocket', 'sse', 'long-poll'], compared: true },
    async see(visit) {
      const { key } = await visit.newKey();
      const viewer = await visit.post('/api/v1/self-probe', undefined, { as: key });
      const { status, json } = await visit.post('/api/v1/self-probe', undefined);
      if (status === 403) throw new NotCheckable('Only operators may repeat it.');
      const transports: Json[] = json?.transports ?? [];
      const names = new Set(transports.map(({ transport }) => transport));
      const calls: Json[] = transports.flatMap((transport) => transport.calls ?? []);
      const compared =
        calls.length > 0 && calls.every(({ expected, seen }) => expected !== undefined && seen !== undefined);
      return { viewer: viewer.status, transports: [...names], compared };
    },
  },
  {
    rule: 'R25',
    name: 'ways to sign in',
    proves: '`GET /api/v1/auth/methods` tells everybody which ways to sign in there are.',
    does: 'Asks without a credential.',
    expected: { status: 200, password: true, oidc: true, simulated: true },
    async see(visit) {
      const { status, json } = await visit.ask('/api/v1/auth/methods', { as: null });
      return {
        status,
        password: typeof json?.password === 'boolean',
        oidc: json?.oidc === null || typeof json?.oidc?.issuer === 'string',
        simulated: typeof json?.simulated === 'boolean',
      };
    },
  },
  {
    rule: 'R26',
    name: 'settings in force',
    proves: '`GET /api/v1/settings` shows operators what is in force, and nobody else.',
    does: 'Asks as given, as a viewer, and as nobody.',
    expected: { viewer: 403, nobody: 401, missing: [] },
    async see(visit) {
      const { key } = await visit.newKey();
      const { status, json } = await visit.ask('/api/v1/settings');
      if (status === 403) throw new NotCheckable('Only operators may see them.');
      const names = [
        'environment',
        'publicUrl',
        'allowedOrigins',
        'allowedHosts',
        'trustedProxies',
        'explain',
        'limits',
      ];
      return {
        viewer: (await visit.ask('/api/v1/settings', { as: key })).status,
        nobody: (await visit.ask('/api/v1/settings', { as: null })).status,
        missing: names.filter((name) => json?.[name] === undefined),
      };
    },
  },
  {
    rule: 'R27',
    name: 'errors are known by their attempt',
    proves:
      'A request that was let in and could not be done is known by its attempt id too, as `accepted` with its problem.',
    does: 'Asks for something that is not there, then looks the attempt up.',
    expected: { status: 200, json: { outcome: 'accepted', code: 'not_found' } },
    async see(visit) {
      const attempt = visit.attemptId();
      await visit.ask('/api/v1/recommendations/rec_nobody', { headers: { 'greenlight-attempt': attempt } });
      return visit.ask(`/api/v1/handshakes/${attempt}`, { as: null });
    },
  },
  {
    rule: 'R28',
    name: 'what a limited key may',
    proves:
      'A credential that is limited to channels sees in no list what it may not read, and makes no keys or users.',
    does: 'Asks as an administrator whose key is limited to one channel, and as a viewer, for what is not theirs.',
    expected: { key: 403, user: 403, runs: [], start: 403, publishes: 403 },
    async see(visit) {
      await visit.startRun();
      const { key } = await visit.newKey({ role: 'admin', channels: [visit.channel()] });
      const viewer = await visit.newKey();
      const post = async (path: string, body: object, as = key): Promise<number> =>
        (await visit.post(path, body, { as })).status;
      return {
        // Nothing that could be made, if it were let in.
        key: await post('/api/v1/keys', {}),
        user: await post('/api/v1/users', {}),
        runs: (await visit.ask('/api/v1/workflows', { as: key })).json?.items,
        start: await post('/api/v1/workflows', { kind: 'validation', input: {} }, viewer.key),
        publishes: await post(`/api/v1/channels/${visit.channel()}/publications`, { type: 'a' }),
      };
    },
  },
];
