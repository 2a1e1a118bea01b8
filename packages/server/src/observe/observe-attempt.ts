/** Tells all who watch what became of one attempt: the metric, the log line, the attempt's record, `$SYS:handshakes`. */
import type { Log } from '@greenlight/log/log';
import type { AttemptTrace } from '@greenlight/protocol/attempt-trace';
import { HANDSHAKES_CHANNEL } from '@greenlight/protocol/channel';
import { type Event, simulatedMark } from '@greenlight/protocol/event';
import { isProbeAttempt, type Problem } from '@greenlight/protocol/problem';
import type { Attempts } from '../attempts.ts';
import type { ServerInfo } from '../info.ts';
import { randomId } from '../random-id.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

export type ObserveOptions = {
  readonly info: Pick<ServerInfo, 'node'>;
  /** The announcing log; `$SYS:handshakes` should be a `memory` channel there. */
  readonly log: Pick<Log, 'append'>;
  readonly attempts: Pick<Attempts, 'record' | 'release'>;
  readonly metrics: Pick<Metrics, 'handshake'>;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
};

export type ObserveAttempt = (trace: AttemptTrace, problem: Problem | null) => void;

export function createObserveAttempt(options: ObserveOptions): ObserveAttempt {
  const { info, log, attempts, metrics, logger, clock } = options;

  function publish(trace: AttemptTrace): void {
    const event: Event = {
      id: randomId(12),
      type: `handshake.${trace.outcome}`,
      source: `/nodes/${info.node}`,
      subject: trace.attempt,
      time: new Date(clock()).toISOString(),
      specversion: '1.0',
      data: trace,
      ...simulatedMark(trace),
    };
    log.append({ appends: [{ channel: HANDSHAKES_CHANNEL, events: [event] }] }).catch((error: unknown) => {
      logger.error({ attempt: trace.attempt, error }, 'An attempt could not be published.');
    });
  }

  return (trace, problem) => {
    const isProbe = isProbeAttempt(trace.attempt);
    if (!isProbe) metrics.handshake(trace.transport, trace.code, trace.simulated ?? false);
    // REST and long-poll requests that were let in are ordinary work: telling of each would drown the others, and wake
    // whoever polls for this channel.
    const isWork = trace.transport === 'rest' || trace.transport === 'long-poll';
    if (trace.outcome === 'accepted' && isWork) {
      attempts.release(trace.attempt);
      return;
    }
    attempts.record(trace, problem);
    // What the server provokes itself is told in the self-probe's report.
    if (isProbe) return;
    publish(trace);
    const { attempt, transport, method, path, address, origin, user, stage, code } = trace;
    const fields = { attempt, transport, method, path, address, origin, user, ...simulatedMark(trace) };
    if (problem) logger.warn({ ...fields, stage, code, facts: trace.facts }, refusalLine(trace, problem));
    else logger.info(fields, 'Let in.');
  };
}

const refusalLine = ({ code, detail }: AttemptTrace, problem: Problem): string =>
  `Refused, ${code}: ${detail ?? problem.detail}`;
