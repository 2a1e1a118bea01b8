import { Search } from 'lucide-react';
import { classes } from './classes.ts';
import { INPUT } from './field.tsx';

type Props = { label: string; value: string; onChange: (value: string) => void; className?: string };

export function SearchField({ label, value, onChange, className }: Props) {
  return (
    <div className={classes('relative', className)}>
      <Search
        className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-faint"
        aria-hidden
      />
      <input
        type="search"
        aria-label={label}
        placeholder={`${label}  /`}
        value={value}
        onChange={({ target }) => onChange(target.value)}
        className={`${INPUT} h-8 pl-8`}
      />
    </div>
  );
}
