/**
 * One connection for all tabs of a page. The tab that holds a Web Lock has it and carries for the others, who mirror
 * its state; when it goes, the lock passes on, and everybody subscribes anew from positions of their own. Loaded only
 * where `shareAcrossTabs` asks for it. PROTOCOL.md, K38 and K39.
 */
import type { OkReply, Push, Reply, WelcomePush } from '@greenlight/protocol/frames';
import { newAttempt } from './attempt.ts';
import { type Connector, type ConnectorOptions, createConnector } from './connector.ts';
import type { Answered } from './line.ts';
import { IDLE, type MachineEvent, type State } from './machine.ts';
import type { OutgoingCommand } from './transport.ts';

/** Everything is heard by all tabs; `to` names the one it is for, `by` the leader that says it. */
type Message = { readonly by?: string } &
  /** A tab without the connection looks for the one that has it. */
  (
    | { readonly kind: 'hello'; readonly from: string; readonly isWanted: boolean }
    | { readonly kind: 'event'; readonly event: MachineEvent }
    | {
        readonly kind: 'command';
        readonly from: string;
        readonly number: number;
        readonly command: OutgoingCommand;
      }
    /** Another tab has it now. */
    | { readonly kind: 'leader' }
    | { readonly kind: 'state'; readonly state: State; readonly rttMs: number | null }
    | {
        readonly kind: 'session';
        readonly to?: string;
        readonly welcome: WelcomePush;
        readonly goesOn: boolean;
      }
    | { readonly kind: 'push'; readonly push: Push }
    | { readonly kind: 'reply'; readonly to: string; readonly number: number; readonly reply: Reply | null }
  );

/** How much later than due a tab that carries for others may be before it is taken for hung, ms. */
const GRACE_MS = 1_000;

/** `name` is the same in all tabs that may share, and in no others. */
export function shareConnector(options: ConnectorOptions, name: string): Connector {
  const { locks } = navigator;
  const self = newAttempt(options.random);
  const channel = new BroadcastChannel(name);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is about windows
  const post = (message: Message): void => channel.postMessage(message);
  const pending = new Map<number, Answered>();
  let leader: Leader | null = null;
  /** The last one that said it leads. */
  let leaderId: string | null = null;
  let unwatch: (() => void) | null = null;
  let mirrored: State = IDLE;
  let rttMs: number | null = null;
  let nextNumber = 1;
  let isWanted = false;
  let isClosed = false;
  let leave: (() => void) | undefined;
  const left = new Promise<void>((resolve) => (leave = resolve));

  // Held as long as this tab lives, so that whoever carries for it learns when it is gone.
  void locks.request(`${name}:${self}`, () => {
    post({ kind: 'hello', from: self, isWanted });
    return left;
  });
  queue();

  function queue(how: LockOptions = {}): void {
    // It rejects for who has it when another tab takes it away.
    locks
      .request(name, how, () => {
        if (!leader && !isClosed) begin();
        return left;
      })
      .catch(demote);
  }

  function begin(): void {
    unwatch?.();
    forgetPending();
    leader = lead(options, { name, post: (message) => post({ ...message, by: self }) });
    post({ kind: 'leader', by: self });
    if (isWanted) leader.connector.dispatch({ type: 'connect' });
  }

  function demote(): void {
    const former = leader;
    if (!former || isClosed) return;
    leader = null;
    mirrored = IDLE;
    former.connector.dispatch({ type: 'close' });
    post({ kind: 'hello', from: self, isWanted });
    queue();
  }

  /** Whoever carries for this tab says something by the time at which its machine has to. If not, it hangs. */
  function watch(): void {
    unwatch?.();
    const { clock, random } = options;
    const due = mirrored.name === 'open' ? mirrored.freshUntil : mirrored.deadline;
    if (due === null || isClosed) return;
    const wait = Math.max(0, due - clock.now()) + GRACE_MS * (0.5 + random() / 2);
    unwatch = clock.after(wait, () => {
      // This tab slept, and so perhaps did the other: it is asked first.
      const hasSlept = clock.now() > due + 2 * GRACE_MS;
      if (!hasSlept) return queue({ steal: true });
      post({ kind: 'hello', from: self, isWanted });
      unwatch = clock.after(GRACE_MS, () => queue({ steal: true }));
    });
  }

  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (isClosed) return;
    if (data.kind === 'leader') {
      leaderId = data.by ?? null;
      demote();
    }
    if (leader) leader.hear(data);
    else if (data.by === undefined || data.by === (leaderId ??= data.by)) follow(data);
  });

  function follow(message: Message): void {
    switch (message.kind) {
      case 'leader':
        forgetPending();
        post({ kind: 'hello', from: self, isWanted });
        return;
      case 'state':
        ({ state: mirrored, rttMs } = message);
        watch();
        options.onChange();
        return;
      case 'session':
        if (message.to === undefined || message.to === self)
          options.onSession(message.welcome, message.goesOn ? () => undefined : undefined);
        return;
      case 'push':
        options.onPush(message.push);
        return;
      case 'reply': {
        if (message.to !== self) return;
        const answered = pending.get(message.number);
        pending.delete(message.number);
        answered?.(message.reply);
        return;
      }
      case 'hello':
      case 'event':
      case 'command':
        return;
      default:
        message satisfies never;
    }
  }

  function forgetPending(): void {
    const unanswered = [...pending.values()];
    pending.clear();
    for (const answered of unanswered) answered(null);
  }

  function close(): void {
    isClosed = true;
    unwatch?.();
    leader?.connector.dispatch({ type: 'close' });
    mirrored = { ...mirrored, name: 'closed', deadline: null } as State;
    forgetPending();
    leave?.();
    channel.close();
    options.onChange();
  }

  return {
    get state() {
      return leader?.connector.state ?? mirrored;
    },
    get rttMs() {
      return leader ? leader.connector.rttMs : rttMs;
    },
    dispatch(event) {
      if (isClosed) return;
      if (event.type === 'close') return close();
      isWanted ||= event.type === 'connect' || event.type === 'retry';
      if (leader) leader.connector.dispatch(event);
      else post({ kind: 'event', event });
    },
    command(command, answered) {
      if (leader) leader.run(self, command, answered);
      else if (mirrored.name === 'open') {
        pending.set(nextNumber, answered);
        post({ kind: 'command', from: self, number: nextNumber, command });
        nextNumber += 1;
      } else answered(null);
    },
  };
}

type Leader = {
  readonly connector: Connector;
  run(from: string, command: OutgoingCommand, answered: Answered): void;
  hear(message: Message): void;
};

const DONE: OkReply = { id: 0, type: 'ok' };

function lead(
  options: ConnectorOptions,
  { name, post }: { name: string; post: (message: Message) => void },
): Leader {
  /** Which tabs read a channel: it is left when none does. */
  const readers = new Map<string, Set<string>>();
  const followers = new Set<string>();

  const connector = createConnector({
    ...options,
    onSession(welcome, handedOver) {
      readers.clear();
      tellState();
      post({ kind: 'session', welcome, goesOn: handedOver !== undefined });
      options.onSession(welcome, handedOver);
    },
    onPush(push) {
      if (followers.size > 0) post({ kind: 'push', push });
      options.onPush(push);
    },
    onChange() {
      tellState();
      options.onChange();
    },
  });

  const tellState = (): void => post({ kind: 'state', state: connector.state, rttMs: connector.rttMs });

  function run(from: string, command: OutgoingCommand, answered: Answered): void {
    if (command.type === 'subscribe')
      for (const channel of Object.keys(command['channels'] as object))
        readers.set(channel, (readers.get(channel) ?? new Set()).add(from));
    if (command.type !== 'unsubscribe') return connector.command(command, answered);
    const channels = (command['channels'] as readonly string[]).filter((channel) => leave(channel, from));
    if (channels.length === 0) answered(DONE);
    else connector.command({ ...command, channels }, answered);
  }

  /** True if nobody reads it any more. */
  function leave(channel: string, from: string): boolean {
    const tabs = readers.get(channel);
    if (!tabs?.delete(from) || tabs.size > 0) return false;
    return readers.delete(channel);
  }

  function welcomeTab(from: string): void {
    const { state } = connector;
    tellState();
    if (state.name === 'open') post({ kind: 'session', to: from, welcome: state.welcome, goesOn: false });
    if (followers.has(from)) return;
    followers.add(from);
    void navigator.locks.request(`${name}:${from}`, () => {
      followers.delete(from);
      const channels = [...readers.keys()].filter((channel) => leave(channel, from));
      if (channels.length > 0) connector.command({ type: 'unsubscribe', channels }, () => undefined);
    });
  }

  function hear(message: Message): void {
    if (message.kind === 'hello') {
      if (message.isWanted) connector.dispatch({ type: 'connect' });
      welcomeTab(message.from);
    } else if (message.kind === 'event') connector.dispatch(message.event);
    else if (message.kind === 'command') {
      const { from, number, command } = message;
      run(from, command, (reply) => post({ kind: 'reply', to: from, number, reply }));
    }
  }

  return { connector, run, hear };
}
