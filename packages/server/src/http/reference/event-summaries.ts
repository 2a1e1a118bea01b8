/** What each event type of Greenlight means, and the schema of its `data` where that is fixed. */
import type { EventType } from '@greenlight/protocol/event';

export type EventSummary = { readonly summary: string; readonly data?: 'RunDelta' };

const delta = (summary: string): EventSummary => ({ summary, data: 'RunDelta' });
const plain = (summary: string): EventSummary => ({ summary });

export const EVENT_SUMMARIES = {
  'workflow.created': delta('A run exists and waits for its turn.'),
  'workflow.started': delta('A run began.'),
  'workflow.progress': delta('A run got further.'),
  'workflow.paused': delta('A run was paused.'),
  'workflow.resumed': delta('A run goes on.'),
  'workflow.completed': delta('A run ended with a result.'),
  'workflow.failed': delta('A run ended because it could not go on; `reason` says why.'),
  'workflow.cancelled': delta('A run was cancelled and does no further work.'),
  'workflow.stalled': delta('Nobody has worked on the run since its lease ended.'),
  'step.started': delta('A step of a run began.'),
  'step.progress': delta('A step of a run got further.'),
  'step.completed': delta('A step of a run ended.'),
  'step.failed': delta('A step of a run failed.'),
  'validation.created': plain('A document was validated.'),
  'validation.approved': plain('A validation was approved.'),
  'validation.rejected': plain('A validation was rejected.'),
  'validation.enhanced': plain('A validation was amended.'),
  'recommendation.created': plain('There is a new recommendation.'),
  'recommendation.approved': plain('A recommendation was approved.'),
  'recommendation.rejected': plain('A recommendation was rejected.'),
  'recommendation.applied': plain('A recommendation was written to its file.'),
  'recommendation.undone': plain('An applied recommendation was taken back.'),
  'agent.started': plain('An agent began: `{agent, runId, message}`.'),
  'agent.thinking': plain('An agent thinks: `{agent, reasoning, stepNumber, progressPercent}`.'),
  'agent.completed': plain('An agent is done.'),
  'agent.failed': plain('An agent failed.'),
  'tool.executing': plain('An agent uses a tool: `{agent, tool, parameters}`.'),
  'tool.completed': plain('A tool answered: `{agent, tool, result, durationMs}`.'),
  'tool.failed': plain('A tool failed.'),
  'task.created': plain('A task was created.'),
  'task.updated': plain('A task changed.'),
  'task.completed': plain('A task is done.'),
  'budget.updated': plain('A budget was drawn on.'),
  'budget.exceeded': plain('A budget is used up.'),
  'approval.requested': plain('Somebody must decide.'),
  'approval.granted': plain('An approval was granted.'),
  'approval.denied': plain('An approval was denied.'),
  'approval.expired': plain('Nobody decided in time.'),
  'handshake.accepted': plain('An attempt was let in; on `$SYS:handshakes`.'),
  'handshake.refused': plain('An attempt was refused; on `$SYS:handshakes`.'),
  'connection.opened': plain('A connection opened; on `$SYS:connections`.'),
  'connection.closed': plain('A connection ended; on `$SYS:connections`.'),
  'system.notice': plain('Something that everybody should know.'),
} as const satisfies Record<EventType, EventSummary>;
