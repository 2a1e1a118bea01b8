import { useId, type KeyboardEvent, type ReactNode } from 'react';
import { classes } from './classes.ts';
import { formatCount } from './format.ts';

export type Tab = {
  readonly id: string;
  readonly name: string;
  readonly count?: number;
  readonly content: ReactNode;
};

type Props = {
  label: string;
  tabs: readonly Tab[];
  chosen: string;
  onChoose: (id: string) => void;
};

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };

/** Tabs by the ARIA pattern: arrows choose, Tab goes on to the content. */
export function Tabs({ label, tabs, chosen, onChoose }: Props) {
  const id = useId();
  const press = (event: KeyboardEvent<HTMLButtonElement>): void => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = tabs.findIndex((tab) => tab.id === chosen);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    onChoose(next.id);
    document.getElementById(`${id}-${next.id}`)?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line px-2">
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            aria-selected={tab.id === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={tab.id === chosen ? 0 : -1}
            onClick={() => onChoose(tab.id)}
            onKeyDown={press}
            className={classes(
              'inline-flex h-10 shrink-0 items-center gap-1.5 border-b-2 px-2 text-sm font-medium outline-offset-[-3px]',
              tab.id === chosen ? 'border-control text-ink' : 'border-transparent text-muted hover:text-ink',
            )}
          >
            {tab.name}
            {tab.count !== undefined && (
              <span className="text-xs font-normal text-muted">{formatCount(tab.count)}</span>
            )}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`} className="min-w-0">
        {tabs.find((tab) => tab.id === chosen)?.content}
      </div>
    </>
  );
}
