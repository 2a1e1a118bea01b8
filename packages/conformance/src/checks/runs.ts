/** Section X: runs, as whoever starts one sees them. */
import { applyDelta } from '@greenlight/protocol/apply-delta';
import { type Check, NotCheckable } from '../check.ts';
import type { Answer, Json } from '../speak/ask.ts';
import type { Visit } from '../visit.ts';

const typesOf = (events: readonly Json[]): string[] => events.map(({ event }) => event.type);
/** Without the progress between them. */
const transitions = (types: readonly string[]): string[] =>
  types.filter((type) => /^workflow\.(?!progress)/.test(type));
const control = (visit: Visit, id: string, action: string): Promise<Answer> =>
  visit.post(`/api/v1/workflows/${id}/${action}`, {});
const TOO_QUICK = 'The run was over before it could be steered; this server is too quick for it.';
/** Enough that a run is still under way when the next request comes. */
const MANY = 200;

export const RUNS: readonly Check[] = [
  {
    rule: 'X1',
    name: 'states',
    proves: 'What a state does not allow is answered `state_conflict` with a sentence.',
    does: 'Pauses, resumes and cancels a run that is completed.',
    expected: {
      state: 'completed',
      codes: ['state_conflict', 'state_conflict', 'state_conflict'],
      sentence: /./,
    },
    async see(visit) {
      const { id } = await visit.startRun();
      await visit.runToEnd(id);
      const { json } = await visit.ask(`/api/v1/workflows/${id}`);
      const answers = [];
      for (const action of ['pause', 'resume', 'cancel']) answers.push(await control(visit, id, action));
      return {
        state: json.state,
        codes: answers.map((answer) => answer.json?.code),
        sentence: answers[0]?.json?.detail,
      };
    },
  },
  {
    rule: 'X2',
    name: 'ids and lists',
    proves: "A run's id is `wf_` and 20 characters that sort by time of creation; lists are newest first.",
    does: 'Starts two runs, one after the other.',
    expected: { ids: [/^wf_[0-9a-z]{20}$/, /^wf_[0-9a-z]{20}$/], sorted: true, newestFirst: true },
    async see(visit) {
      const ids = [(await visit.startRun()).id, (await visit.startRun()).id];
      const { items } = (await visit.ask('/api/v1/workflows?limit=500')).json;
      const listed: string[] = items.map(({ id }: Json) => id);
      const newestFirst = listed.every((id, at) => at === 0 || id <= (listed[at - 1] ?? ''));
      return { ids, sorted: ids[0] < ids[1], newestFirst };
    },
  },
  {
    rule: 'X3',
    name: 'transitions are events',
    proves: 'Each transition is an event on `workflow:<id>` and on the overview channel `workflows`.',
    does: 'Reads both while a run goes from creation to completion.',
    expected: {
      own: ['workflow.created', 'workflow.started', 'workflow.completed'],
      overview: ['workflow.created', 'workflow.started', 'workflow.completed'],
    },
    async see(visit) {
      const socket = await visit.protocol();
      await socket.reply({ type: 'subscribe', channels: { workflows: null } });
      const { id } = await visit.startRun();
      const own = transitions(typesOf(await visit.runToEnd(id)));
      const overview: string[] = [];
      while (overview.at(-1) !== 'workflow.completed') {
        const { event } = await socket.ofType('event');
        if (event.subject === id || JSON.stringify(event).includes(id)) overview.push(event.type);
      }
      return { own, overview: transitions(overview) };
    },
  },
  {
    rule: 'X4',
    name: 'snapshot and changes',
    proves:
      'Folding the events of a run in order gives the snapshot that the server answers for the same offset.',
    does: 'Folds all events of a completed run of five documents.',
    expected: { same: true, offset: true },
    async see(visit) {
      const { id } = await visit.startRun({ documents: 5 });
      const [created, ...later] = await visit.runToEnd(id);
      let snapshot = created.event.data;
      for (const publication of later) snapshot = applyDelta(snapshot, publication);
      const { position, ...answered } = (await visit.ask(`/api/v1/workflows/${id}`)).json;
      return {
        same: sorted(snapshot) === sorted(answered),
        offset: position.endsWith(
          `:${later.findLast(({ event }: Json) => /^(?:workflow|step)\./.test(event.type))?.offset}`,
        ),
        folded: snapshot,
        answered,
      };
    },
  },
  {
    rule: 'X5',
    name: 'private runs',
    proves:
      'A private run publishes only to `workflow:<id>` and `user:<owner>`, and only its owner may read either.',
    does: 'Runs one to its end, and looks for it in the overview; asks for it as an administrator.',
    expected: { own: true, toOwner: true, overview: false, other: 404 },
    async see(visit) {
      const { key, user } = await visit.newKey({ role: 'operator' });
      const before = await visit.poll('channels=workflows');
      const { id } = await visit.startRun({ private: true, as: key });
      const events = await visit.runToEnd(id, { as: key });
      const mine = await visit.poll(`channels=user:${user}&since=earliest`, { as: key });
      const overview = await visit.poll(`channels=workflows&since=${before.position}&wait=0`);
      return {
        own: typesOf(events).includes('workflow.completed'),
        toOwner: JSON.stringify(mine.events).includes(id),
        overview: JSON.stringify(overview.events).includes(id),
        other: (await visit.ask(`/api/v1/workflows/${id}`)).status,
      };
    },
  },
  {
    rule: 'X7',
    name: 'cancel is the end',
    proves:
      'After `cancel` a run does no further work, and `workflow.cancelled` is the last event of its channel.',
    does: 'Cancels a run of many documents at once, and looks at its channel after another run was completed.',
    expected: { state: 'cancelled', last: 'workflow.cancelled' },
    async see(visit) {
      const { id } = await visit.startRun({ documents: MANY });
      const { status, json } = await control(visit, id, 'cancel');
      if (status === 409) throw new NotCheckable(TOO_QUICK);
      await visit.runToEnd((await visit.startRun()).id);
      const events = (await visit.history(`workflow:${id}`)).events;
      return {
        state: json?.state,
        last: typesOf(events).findLast((type) => /^(?:workflow|step)\./.test(type)),
      };
    },
  },
  {
    rule: 'X8',
    name: 'pause and resume',
    proves: 'A paused run appends nothing until it is resumed; what was in flight is kept.',
    does: 'Pauses a run of many documents, looks twice at its channel while another run is completed, resumes it.',
    expected: { paused: 'paused', appended: 0, ended: 'completed', completed: MANY },
    async see(visit) {
      const { id } = await visit.startRun({ documents: MANY });
      let paused = await control(visit, id, 'pause');
      // It has to be running first.
      for (let n = 0; n < 50 && paused.status === 409; n += 1) {
        const { state } = (await visit.ask(`/api/v1/workflows/${id}`)).json;
        if (state !== 'queued' && state !== 'running') throw new NotCheckable(TOO_QUICK);
        paused = await control(visit, id, 'pause');
      }
      const head = async (): Promise<number> => (await visit.history(`workflow:${id}`)).head;
      const before = await head();
      await visit.runToEnd((await visit.startRun()).id);
      const appended = (await head()) - before;
      await control(visit, id, 'resume');
      await visit.runToEnd(id);
      const { state, progress } = (await visit.ask(`/api/v1/workflows/${id}`)).json;
      return { paused: paused.json?.state, appended, ended: state, completed: progress.completed };
    },
  },
  {
    rule: 'X10',
    name: 'one of many wins',
    proves: 'Of several who steer a run exactly one wins, and no final state is followed by anything.',
    does: 'Cancels one run ten times at once.',
    expected: { won: 1, others: ['state_conflict'], events: 1 },
    async see(visit) {
      const { id } = await visit.startRun({ documents: MANY });
      const answers = await Promise.all(Array.from({ length: 10 }, () => control(visit, id, 'cancel')));
      const won = answers.filter(({ status }) => status === 200).length;
      if (won === 0) throw new NotCheckable(TOO_QUICK);
      const { events } = await visit.history(`workflow:${id}`);
      return {
        won,
        others: [...new Set(answers.filter(({ status }) => status !== 200).map(({ json }) => json?.code))],
        events: typesOf(events).filter((type) => type === 'workflow.cancelled').length,
      };
    },
  },
  {
    rule: 'X14',
    name: 'validations are told',
    proves:
      'A validation run keeps one validation for each document, and tells each in `validation.created` events.',
    does: 'Validates three documents, and counts both.',
    expected: { kept: 3, told: true },
    async see(visit) {
      const { id } = await visit.startRun({ documents: 3 });
      const events = await visit.runToEnd(id);
      const { items } = (await visit.ask(`/api/v1/validations?workflow=${id}`)).json;
      const told = JSON.stringify(events.filter(({ event }) => event.type === 'validation.created'));
      return { kept: items.length, told: items.every((item: Json) => told.includes(item.id)) };
    },
  },
];

/** Equal values are written alike. */
const sorted = (value: unknown): string => JSON.stringify(value, byName);

/** Objects with their fields in order. */
const byName = (_field: string, value: Json): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;
