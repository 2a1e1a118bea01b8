import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { formatCount } from './format.ts';

export type Tab = {
  readonly id: string;
  readonly name: string;
  readonly count?: number;
  readonly content: ReactNode;
};

type Props = { label: string; tabs: readonly Tab[]; chosen: string; onChoose: (id: string) => void };

export function Tabs({ label, tabs, chosen, onChoose }: Props) {
  return (
    <Radix.Root value={chosen} onValueChange={onChoose} className="flex min-w-0 flex-col">
      <Radix.List aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line px-2">
        {tabs.map(({ id, name, count }) => (
          <Radix.Trigger
            key={id}
            value={id}
            className="-mb-px inline-flex h-10 shrink-0 items-center gap-1.5 border-b-2 border-transparent px-2 text-sm font-medium text-muted outline-offset-[-3px] hover:text-ink data-[state=active]:border-control data-[state=active]:text-ink"
          >
            {name}
            {count !== undefined && (
              <span className="text-xs font-normal text-muted">{formatCount(count)}</span>
            )}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map(({ id, content }) => (
        <Radix.Content key={id} value={id} className="min-w-0 outline-offset-[-2px]">
          {content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
