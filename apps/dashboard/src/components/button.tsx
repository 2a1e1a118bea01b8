import { LoaderCircle } from 'lucide-react';
import type { ButtonHTMLAttributes, Ref } from 'react';
import { classes } from './classes.ts';

export type ButtonLook = 'primary' | 'plain' | 'quiet' | 'danger';

const LOOKS = {
  primary: 'bg-control text-on-control hover:bg-control-hover border-transparent',
  plain: 'bg-surface text-ink border-line-strong hover:bg-hover',
  quiet: 'bg-transparent text-muted border-transparent hover:bg-hover hover:text-ink',
  danger: 'bg-surface text-bad border-line-strong hover:bg-bad-soft',
} as const satisfies Record<ButtonLook, string>;

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: ButtonLook;
  /** Shows that it is being done and takes no second press. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
};

export function Button({ look = 'plain', busy = false, className, children, disabled, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={classes(
        'inline-flex h-8 shrink-0 items-center justify-center gap-1.5 rounded-md border px-2.5 text-sm font-medium whitespace-nowrap select-none',
        'transition-colors disabled:opacity-45 [&_svg]:size-3.5 [&_svg]:shrink-0',
        LOOKS[look],
        className,
      )}
    >
      {busy && <LoaderCircle className="animate-spin" aria-hidden />}
      {children}
    </button>
  );
}

/** A button that is only a picture: `label` is what it is called. */
export function IconButton({ label, className, ...rest }: Props & { label: string }) {
  return (
    <Button
      look="quiet"
      aria-label={label}
      title={label}
      className={classes('w-8 px-0 [&_svg]:size-4', className)}
      {...rest}
    />
  );
}
