import type { FormEvent, InputHTMLAttributes, ReactNode } from 'react';
import { Button } from '../../components/button.tsx';
import { Field, INPUT } from '../../components/field.tsx';

export type Wanted = Pick<InputHTMLAttributes<HTMLInputElement>, 'type' | 'autoComplete'> & {
  readonly name: string;
  readonly label: string;
  readonly hint?: ReactNode;
};

type Props = {
  label: string;
  fields: readonly Wanted[];
  /** What the button says. */
  deed: string;
  primary?: boolean;
  busy: boolean;
  className?: string;
  onSubmit: (values: Readonly<Record<string, string>>) => void;
};

/** One way to sign in: what it asks for, and its button. */
export function SecretForm({ label, fields, deed, primary = false, busy, className, onSubmit }: Props) {
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onSubmit(
      Object.fromEntries(
        fields.map(({ name }) => {
          const value = form.get(name);
          return [name, typeof value === 'string' ? value : ''];
        }),
      ),
    );
  };
  return (
    <form aria-label={label} className={`flex flex-col gap-3 ${className ?? ''}`} onSubmit={submit}>
      {fields.map(({ name, label: called, hint, type = 'text', autoComplete }) => (
        <Field key={name} label={called} hint={hint}>
          {(attributes) => (
            <input
              {...attributes}
              name={name}
              type={type}
              required
              autoComplete={autoComplete}
              autoCapitalize="none"
              spellCheck={false}
              className={INPUT}
            />
          )}
        </Field>
      ))}
      <Button look={primary ? 'primary' : 'plain'} type="submit" busy={busy}>
        {deed}
      </Button>
    </form>
  );
}
