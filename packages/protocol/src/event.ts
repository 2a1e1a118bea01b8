/** What is published: a CloudEvents 1.0 event in JSON (spec section 3). */

/** Types that Greenlight itself emits. Other types are free for applications. */
export const EVENT_TYPES = [
  'workflow.created',
  'workflow.started',
  'workflow.progress',
  'workflow.paused',
  'workflow.resumed',
  'workflow.completed',
  'workflow.failed',
  'workflow.cancelled',
  'workflow.stalled',
  'step.started',
  'step.progress',
  'step.completed',
  'step.failed',
  'validation.created',
  'validation.approved',
  'validation.rejected',
  'validation.enhanced',
  'recommendation.created',
  'recommendation.approved',
  'recommendation.rejected',
  'recommendation.applied',
  'recommendation.undone',
  'agent.started',
  'agent.thinking',
  'agent.completed',
  'agent.failed',
  'tool.executing',
  'tool.completed',
  'tool.failed',
  'task.created',
  'task.updated',
  'task.completed',
  'budget.updated',
  'budget.exceeded',
  'approval.requested',
  'approval.granted',
  'approval.denied',
  'approval.expired',
  'handshake.accepted',
  'handshake.refused',
  'connection.opened',
  'connection.closed',
  'system.notice',
  'system.account_created',
  'system.account_changed',
  'system.account_password_changed',
  'system.key_created',
  'system.key_revoked',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** First words that only Greenlight may publish; an application's event of such a type is refused. */
export const RESERVED_PREFIXES = [
  'workflow',
  'step',
  'validation',
  'recommendation',
  'agent',
  'tool',
  'task',
  'budget',
  'approval',
  'handshake',
  'connection',
  'system',
] as const;

export type Event = {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly specversion: '1.0';
  readonly subject?: string;
  readonly data?: unknown;
  readonly traceparent?: string;
  /** Present, and true, where nothing real happened. */
  readonly simulated?: true;
};

/** To be spread into what somebody simulated has touched. */
export const simulatedMark = (
  touchedBy: { readonly simulated?: true } | null | undefined,
): { readonly simulated?: true } => (touchedBy?.simulated ? { simulated: true } : {});

/** What a publisher hands in; the server fills in the rest. */
export type EventInput = Pick<Event, 'type'> & Partial<Omit<Event, 'type' | 'specversion'>>;

/** An event with its place in a channel. */
export type Publication = {
  readonly channel: string;
  readonly epoch: string;
  readonly offset: number;
  readonly event: Event;
};

/** Kept on disk (survives a killed process and a power cut) or in a bounded ring in memory. */
export type Durability = 'disk' | 'memory';

export function isReservedType(type: string): boolean {
  const word = type.split('.', 1)[0] ?? '';
  return (RESERVED_PREFIXES as readonly string[]).includes(word);
}
