import { useNow } from '../data/clock.ts';
import { formatAgo, formatDateTime } from './format.ts';

/** A moment, as how long ago it was; the exact time on hover. */
export function Ago({ at }: { at: string | number }) {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={formatDateTime(at)} className="whitespace-nowrap">
      {formatAgo(now - new Date(at).getTime())}
    </time>
  );
}
