/** What is worth a toast: only what needs a person. One for each thing, however often it happens. Pure. */
import type { Publication } from '@greenlight/protocol/event';
import type { Notice } from '../components/toasts.tsx';
import { describeEvent } from '../data/describe-event.ts';
import { workflowOf } from '../data/feed-entries.ts';
import { isFirstVisit } from '../data/first-visit.ts';

export function noticesFor(publications: readonly Publication[]): readonly Notice[] {
  const notices = new Map<string, Notice>();
  for (const publication of publications) {
    const notice = noticeFor(publication);
    if (notice) notices.set(notice.id, notice);
  }
  return [...notices.values()];
}

function noticeFor(publication: Publication): Notice | null {
  const { event } = publication;
  const { detail } = describeEvent(event);
  const run = workflowOf(publication);
  const code = textIn(event.data, 'code') || 'refused';
  const attempt = textIn(event.data, 'attempt');
  switch (event.type) {
    case 'workflow.failed':
      return { id: `run:${run}`, tone: 'bad', title: 'A run failed', detail, ...runLink(run) };
    case 'workflow.stalled':
      return { id: `run:${run}`, tone: 'warn', title: 'A run stalled', detail, ...runLink(run) };
    case 'recommendation.created':
      return {
        id: `review:${run}`,
        tone: 'plain',
        title: 'Recommendations wait for review',
        detail,
        link: { label: 'Review', href: '/review' },
      };
    case 'handshake.refused':
      if (isFirstVisit({ code, path: textIn(event.data, 'path') })) return null;
      return {
        id: `refused:${code}`,
        tone: 'warn',
        title: 'A connection was refused',
        detail: detail || code,
        link: { label: 'Why', href: attempt === '' ? '/handshakes' : `/handshakes?attempt=${attempt}` },
      };
    default:
      return null;
  }
}

const runLink = (run: string | null): Pick<Notice, 'link'> =>
  run === null ? {} : { link: { label: 'Open', href: `/runs/${run}` } };

function textIn(data: unknown, name: string): string {
  const value = typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[name] : null;
  return typeof value === 'string' ? value : '';
}
