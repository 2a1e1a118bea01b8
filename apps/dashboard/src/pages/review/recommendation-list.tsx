import type { Recommendation } from '@greenlight/protocol/review';
import { classes } from '../../components/classes.ts';

type Props = {
  items: readonly Recommendation[];
  current: string;
  marked: ReadonlySet<string>;
  onMark: (marked: ReadonlySet<string>) => void;
  onChoose: (index: number) => void;
};

const reveal = (row: HTMLElement | null): void => row?.scrollIntoView({ block: 'nearest' });

export function RecommendationList({ items, current, marked, onMark, onChoose }: Props) {
  const all = items.every(({ id }) => marked.has(id));
  const mark = (id: string): void => {
    const next = new Set(marked);
    if (!next.delete(id)) next.add(id);
    onMark(next);
  };
  return (
    <>
      <label className="flex h-9 shrink-0 items-center gap-2.5 border-b border-line bg-sunken px-3 text-xs text-muted">
        <input
          type="checkbox"
          checked={all}
          onChange={() => onMark(all ? new Set() : new Set(items.map(({ id }) => id)))}
          className="size-3.5 accent-(--control)"
        />
        Mark all {items.length}
      </label>
      <ul className="min-h-0 flex-1 overflow-y-auto">
        {items.map(({ id, title, file, confidence }, index) => (
          <li
            key={id}
            ref={id === current ? reveal : undefined}
            className={classes(
              'flex items-start gap-2.5 border-b border-line px-3 py-2',
              id === current ? 'bg-selected' : 'hover:bg-hover',
            )}
          >
            <input
              type="checkbox"
              aria-label={`Mark: ${title} in ${file}`}
              checked={marked.has(id)}
              onChange={() => mark(id)}
              className="mt-1 size-3.5 shrink-0 accent-(--control)"
            />
            <button
              type="button"
              aria-current={id === current}
              onClick={() => onChoose(index)}
              className="min-w-0 flex-1 text-left"
            >
              <span className="block truncate">{title}</span>
              <span className="flex gap-2 text-xs text-muted">
                <span className="min-w-0 flex-1 truncate">{file}</span>
                <span className="shrink-0">{Math.round(confidence * 100)} %</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
