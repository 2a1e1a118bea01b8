/** What one check may use of the server, and what it leaves behind: nothing that is open, counts, or runs. */
import { randomBytes } from 'node:crypto';
import { BEARER_SUBPROTOCOL_PREFIX, SUBPROTOCOL } from '@greenlight/protocol/frames';
import { isTerminal } from '@greenlight/protocol/run';
import { NotCheckable } from './check.ts';
import { type Answer, ask, type Json, type Question } from './speak/ask.ts';
import { EventStream } from './speak/event-stream.ts';
import { sendBytes } from './speak/send-bytes.ts';
import { type Opened, type Opening, openWebSocket, type WebSocketByHand } from './speak/web-socket.ts';

/** Who asks: the key that was given, another one, or nobody. */
type As = { readonly as?: string | null };
export type NewKey = { readonly key: string; readonly id: string; readonly user: string };
export type KeyWishes = {
  readonly role?: string;
  readonly user?: string;
  readonly channels?: readonly string[];
  /** From now on. */
  readonly lastsMs?: number;
};

/** What the checks of one run have met together: refusals for the rate among the attempts that H10 allows. */
export type Tally = { attempts: number; rateLimited: number };
const ALLOWED_ATTEMPTS = 300;

export type VisitOptions = { readonly url: URL; readonly key: string; readonly tally: Tally };

export class Visit {
  readonly url: URL;
  readonly key: string;
  readonly tally: Tally;
  readonly #open = new Set<{ destroy(): void }>();
  readonly #keys: string[] = [];
  readonly #runs: string[] = [];

  constructor({ url, key, tally }: VisitOptions) {
    this.url = url;
    this.key = key;
    this.tally = tally;
  }

  /** A channel that nobody has used. */
  channel(): string {
    return `conformance.${randomBytes(9).toString('hex')}`;
  }

  attemptId(): string {
    return randomBytes(16).toString('base64url');
  }

  async ask(path: string, { as, headers, ...question }: Question & As = {}): Promise<Answer> {
    return this.#counted(
      await ask(this.url, path, { ...question, headers: { ...this.#bearer(as), ...headers } }),
    );
  }

  post(
    path: string,
    body: unknown,
    { headers, ...as }: Pick<Question, 'headers'> & As = {},
  ): Promise<Answer> {
    const all = { 'content-type': 'application/json', ...headers };
    return this.ask(path, { method: 'POST', body, headers: all, ...as });
  }

  /** As it is, with nobody's credential. */
  async bytes(bytes: string | Buffer): Promise<Answer> {
    return this.#counted(await sendBytes(this.url, bytes));
  }

  /** The handshake of a WebSocket, whatever comes of it. */
  async handshake(path: string, { as, headers, ...opening }: Opening & As = {}): Promise<Opened> {
    const all = { ...this.#bearer(as), ...headers };
    const opened = await openWebSocket(this.url, path, { ...opening, headers: all });
    if (opened.socket) this.#open.add(opened.socket);
    this.#counted(opened.answer);
    return opened;
  }

  /** A WebSocket that has to open. */
  async socket(path: string, opening: Opening & As = {}): Promise<WebSocketByHand> {
    const { answer, socket } = await this.handshake(path, opening);
    if (!socket)
      throw new Error(`The WebSocket at ${path} was refused with ${answer.status}: ${answer.text}`);
    return socket;
  }

  /** The full protocol, after its `welcome`. */
  async protocol(opening: Opening & As = {}): Promise<WebSocketByHand> {
    const headers = { 'Sec-WebSocket-Protocol': SUBPROTOCOL, ...opening.headers };
    const socket = await this.socket('/api/v1/ws', { ...opening, headers });
    await socket.ofType('welcome');
    return socket;
  }

  async sse(path: string, { as, headers }: Pick<Question, 'headers'> & As = {}): Promise<EventStream> {
    const stream = await EventStream.open(this.url, path, { ...this.#bearer(as), ...headers });
    this.#open.add(stream);
    this.#counted({ ...stream.answer, text: '', json: null });
    return stream;
  }

  /** Appends one event for each of `data`; gives the answer. */
  async publish(channel: string, ...data: readonly unknown[]): Promise<Json> {
    const events = data.map((each) => ({ type: 'conformance.test', data: each }));
    const answer = await this.post(`/api/v1/channels/${channel}/publications`, events);
    if (answer.status !== 200) throw new Error(`Publishing was answered ${answer.status}: ${answer.text}`);
    return answer.json;
  }

  async history(channel: string, query = ''): Promise<Json> {
    return (await this.ask(`/api/v1/channels/${channel}/history?limit=1000${query}`)).json;
  }

  async poll(query: string, as: As = {}): Promise<Json> {
    const answer = await this.ask(`/api/v1/poll?${query}`, as);
    if (answer.status !== 200) throw new Error(`The long-poll was answered ${answer.status}: ${answer.text}`);
    return answer.json;
  }

  /** A key of a user of its own, revoked when the check is over. */
  async newKey({ role = 'viewer', user, channels, lastsMs }: KeyWishes = {}): Promise<NewKey> {
    const name = user ?? `conformance-${randomBytes(6).toString('hex')}`;
    const answer = await this.post('/api/v1/keys', {
      name,
      user: name,
      role,
      ...(channels && { channels }),
      ...(lastsMs !== undefined && { expiresAt: new Date(Date.now() + lastsMs).toISOString() }),
    });
    if (answer.status !== 201) {
      if (answer.status === 403)
        throw new NotCheckable('It needs further keys, which only an administrator makes.');
      throw new Error(`Making a key was answered ${answer.status}: ${answer.text}`);
    }
    this.#keys.push(answer.json.id);
    return { key: answer.json.key, id: answer.json.id, user: name };
  }

  async revoke(id: string): Promise<Answer> {
    return this.ask(`/api/v1/keys/${id}`, { method: 'DELETE' });
  }

  /** A validation of documents that come with the request; cancelled when the check is over, if it still runs. */
  async startRun({
    documents = 1,
    ...more
  }: { documents?: number; private?: boolean } & As = {}): Promise<Json> {
    const { as, ...fields } = more;
    const content = Array.from({ length: documents }, (_, at) => ({
      name: `page-${at}.md`,
      text: `# Page ${at}\n\n${'Some text that takes a moment to read. '.repeat(40)}\n`,
    }));
    const body = { kind: 'validation', input: { content }, ...fields };
    const answer = await this.post('/api/v1/workflows', body, { ...(as !== undefined && { as }) });
    if (answer.status !== 201) {
      if (answer.status === 403) throw new NotCheckable('It needs a run, which this key may not start.');
      throw new Error(`Starting a run was answered ${answer.status}: ${answer.text}`);
    }
    this.#runs.push(answer.json.id);
    return { ...answer.json, location: answer.headers.location };
  }

  /** The events of a run from its first to its last, as its channel's log has them. */
  async runToEnd(id: string, as: As = {}): Promise<Json[]> {
    const events: Json[] = [];
    let since = 'earliest';
    for (let round = 0; round < 100; round += 1) {
      const page = await this.poll(`channels=workflow:${id}&since=${since}&wait=5`, as);
      events.push(...page.events);
      since = page.position;
      if (events.some(({ event }) => isTerminal(event.data?.state ?? 'running'))) return events;
    }
    throw new Error(`The run ${id} did not end.`);
  }

  /** Of a credential as an entry of `Sec-WebSocket-Protocol`. */
  subprotocols(key: string): string {
    return `${SUBPROTOCOL}, ${BEARER_SUBPROTOCOL_PREFIX}${Buffer.from(key).toString('base64url')}`;
  }

  #bearer(as: string | null = this.key): Record<string, string> {
    return as === null ? {} : { authorization: `Bearer ${as}` };
  }

  #counted(answer: Answer): Answer {
    this.tally.attempts += 1;
    if (this.tally.attempts <= ALLOWED_ATTEMPTS && stoppedAtRate(answer)) this.tally.rateLimited += 1;
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.#open) each.destroy();
    for (const id of this.#runs) await this.ask(`/api/v1/workflows/${id}/cancel`, { method: 'POST' });
    for (const id of this.#keys) await this.revoke(id);
  }
}

/** Other limits answer 429 too, and the stages behind `rate` are passed by then. */
function stoppedAtRate({ status, json }: Answer): boolean {
  const outcomes: Json[] = json?.checked ?? [];
  const at = outcomes.findIndex(({ stage }) => stage === 'rate');
  return status === 429 && outcomes[at]?.outcome === 'failed' && outcomes[at + 1]?.outcome === 'not_reached';
}
