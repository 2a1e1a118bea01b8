import { useId, useState, type ReactNode, type Ref, type ToggleEvent } from 'react';
import { classes } from './classes.ts';

type Props = {
  label: string;
  /** Renders the button that opens it; the attributes tie the two together. */
  renderTrigger: (attributes: { popoverTarget: string }) => ReactNode;
  /** Which edge of the button it keeps to. */
  align?: 'start' | 'end';
  role?: 'dialog' | 'menu';
  className?: string;
  ref?: Ref<HTMLDivElement>;
  onOpen?: (element: HTMLElement) => void;
  /** Rendered while it is open. */
  children: ReactNode;
};

const GAP = 6;

/** Below its button, or above it where the button is low in the window. */
function place(panel: HTMLElement, button: Element, align: 'start' | 'end'): void {
  const { top, bottom, left, right } = button.getBoundingClientRect();
  const low = top > innerHeight / 2;
  const { style } = panel;
  style.inset = 'auto';
  if (low) style.bottom = `${innerHeight - top + GAP}px`;
  else style.top = `${bottom + GAP}px`;
  if (align === 'start') style.left = `${left}px`;
  else style.right = `${innerWidth - right}px`;
  style.maxHeight = `${(low ? top : innerHeight - bottom) - 2 * GAP}px`;
}

/** The platform's popover: it closes on Escape and on a press elsewhere, and gives the focus back. */
export function Popover({
  label,
  renderTrigger,
  align = 'end',
  role = 'dialog',
  className,
  ref,
  onOpen,
  children,
}: Props) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const before = (event: ToggleEvent<HTMLDivElement>): void => {
    if (event.newState !== 'open') return;
    const button = document.querySelector(`[popovertarget="${CSS.escape(id)}"]`);
    if (button) place(event.currentTarget, button, align);
    setOpen(true);
  };
  const after = (event: ToggleEvent<HTMLDivElement>): void => {
    if (event.newState === 'open') onOpen?.(event.currentTarget);
    else setOpen(false);
  };
  return (
    <>
      {renderTrigger({ popoverTarget: id })}
      <div
        ref={ref}
        id={id}
        popover="auto"
        role={role}
        aria-label={label}
        onBeforeToggle={before}
        onToggle={after}
        className={classes(
          'rise m-0 overflow-y-auto rounded-lg border border-line-strong bg-raised text-sm text-ink shadow-raised',
          className,
        )}
      >
        {open && children}
      </div>
    </>
  );
}
