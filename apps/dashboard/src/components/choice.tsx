type Props<T extends string> = {
  label: string;
  /** What is said for null. */
  every: string;
  options: readonly T[];
  value: T | null;
  onChange: (value: T | null) => void;
};

/** One of a few, or every one. */
export function Choice<T extends string>({ label, every, options, value, onChange }: Props<T>) {
  return (
    <select
      aria-label={label}
      value={value ?? ''}
      onChange={({ target }) => onChange(options.find((option) => option === target.value) ?? null)}
      className="h-8 max-w-full rounded-md border border-line-strong bg-surface px-2"
    >
      <option value="">{every}</option>
      {options.map((option) => (
        <option key={option}>{option}</option>
      ))}
    </select>
  );
}
