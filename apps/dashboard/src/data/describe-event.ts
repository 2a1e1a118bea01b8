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
  'validation.created': ['Document checked'],
  'recommendation.created': ['Recommendation waits for review'],
  'recommendation.approved': ['Recommendation approved'],
  'recommendation.rejected': ['Recommendation rejected'],
  'recommendation.applied': ['Recommendation applied'],
  'recommendation.undone': ['Recommendation undone'],
  'handshake.refused': ['Connection refused', 'warn'],
  'system.notice': ['Notice'],
};

export function describeEvent(event: Event): EventLine {
  const [title, tone = 'plain'] = TITLES[event.type] ?? [event.type];
  return { title, tone, detail: detailOf(fieldsOf(event.data)) };
}

/** The most telling field that is there. */
function detailOf(data: Fields): string {
  const step = fieldsOf(data['step']);
  const progress = fieldsOf(data['progress']);
  const counted =
    progress['completed'] === undefined
      ? ''
      : `${text(progress['completed'])}${progress['total'] === undefined ? '' : ` of ${text(progress['total'])}`} ${text(progress['unit'])}`;
  return (
    text(data['reason']) ||
    text(data['message']) ||
    [text(step['title']), text(step['error'])].filter(Boolean).join(': ') ||
    text(data['file']) ||
    counted ||
    text(data['title']) ||
    text(data['code'])
  );
}
