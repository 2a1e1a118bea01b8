/** One line about an event, for people. Pure; whatever it quotes is text from outside and is rendered as text. */
import type { Event } from '@greenlight/protocol/event';

export type Tone = 'plain' | 'live' | 'warn' | 'bad';
export type EventLine = { readonly title: string; readonly detail: string; readonly tone: Tone };

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (data: unknown): Fields =>
  typeof data === 'object' && data !== null ? (data as Fields) : {};
const text = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

const TITLES: Readonly<Record<string, readonly [title: string, tone?: Tone]>> = {
  'workflow.created': ['Run created'],
  'workflow.started': ['Run started', 'live'],
  'workflow.progress': ['Progress'],
  'workflow.paused': ['Run paused'],
  'workflow.resumed': ['Run resumed', 'live'],
  'workflow.completed': ['Run completed'],
  'workflow.failed': ['Run failed', 'bad'],
  'workflow.cancelled': ['Run cancelled'],
  'workflow.stalled': ['Run stalled', 'warn'],
  'step.started': ['Step started'],
  'step.progress': ['Step progress'],
  'step.completed': ['Step completed'],
  'step.failed': ['Step failed', 'bad'],
  'validation.created': ['Documents checked'],
  'validation.enhanced': ['Documents checked further'],
  'recommendation.created': ['Waiting for review'],
  'recommendation.approved': ['Recommendation approved'],
  'recommendation.rejected': ['Recommendation rejected'],
  'recommendation.applied': ['Recommendation applied'],
  'recommendation.undone': ['Recommendation undone'],
  'handshake.refused': ['Connection refused', 'warn'],
  'system.notice': ['Notice'],
};

/** What validations and recommendations are about: each such event tells of one or many. */
export function itemsOf(event: Event): readonly Fields[] {
  const { items } = fieldsOf(event.data);
  return Array.isArray(items) ? items.map(fieldsOf) : [];
}

export function describeEvent(event: Event): EventLine {
  const [title, tone = 'plain'] = TITLES[event.type] ?? [event.type];
  return { title, tone, detail: detailOf(event) };
}

function detailOf(event: Event): string {
  const data = fieldsOf(event.data);
  const items = itemsOf(event);
  const [first] = items;
  if (first) return `${text(first['file'])}${items.length > 1 ? ` and ${items.length - 1} more` : ''}`;
  switch (event.type) {
    case 'workflow.created':
    case 'workflow.started':
      return text(data['title']);
    case 'workflow.completed':
      return counted(fieldsOf(data['progress']));
    default:
      return mostTelling(data);
  }
}

function mostTelling(data: Fields): string {
  const step = fieldsOf(data['step']);
  return (
    text(data['reason']) ||
    text(data['message']) ||
    [text(step['title']), text(step['error']) || counted(step)].filter(Boolean).join(': ') ||
    counted(fieldsOf(data['progress'])) ||
    text(data['title']) ||
    text(data['code'])
  );
}

function counted({ completed, total, unit }: Fields): string {
  if (typeof completed !== 'number') return '';
  return `${completed}${typeof total === 'number' ? ` of ${total}` : ''} ${text(unit)}`.trim();
}
