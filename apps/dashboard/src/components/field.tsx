import { useId, type ReactNode } from 'react';

export const INPUT =
  'w-full rounded-md border border-line-strong bg-surface px-2.5 py-1.5 text-sm text-ink placeholder:text-faint hover:border-faint aria-invalid:border-bad-fill';

type Props = {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  optional?: boolean;
  /** Renders the control with the attributes that tie it to its label, hint and error. */
  children: (attributes: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode;
};

export function Field({ label, hint, error, optional = false, children }: Props) {
  const id = useId();
  const described = error || hint !== undefined;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-xs font-medium text-ink">
        {label}
        {optional && <span className="font-normal text-faint"> · optional</span>}
      </label>
      {children({
        id,
        ...(described && { 'aria-describedby': `${id}-hint` }),
        ...(error && { 'aria-invalid': true }),
      })}
      {described && (
        <p id={`${id}-hint`} className={error ? 'text-xs text-bad' : 'text-xs text-muted'}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}
