import { X } from 'lucide-react';
import { useEffect, useId, useRef, type ReactNode } from 'react';
import { IconButton } from './button.tsx';

type Props = {
  title: string;
  onClose: () => void;
  /** Mounted means open. */
  children: ReactNode;
};

/** The platform's modal dialog: it holds the focus, gives it back, closes on Escape, and needs no styles of its own at run time. */
export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    // A press on the backdrop lands on the dialog element itself; the keyboard's way out is Escape.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
      className="rise m-auto max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] max-w-lg overflow-visible rounded-lg border border-line-strong bg-raised p-0 text-ink shadow-raised"
    >
      <div className="flex max-h-[calc(100dvh-2rem)] flex-col">
        <header className="flex h-12 shrink-0 items-center justify-between border-b border-line pr-2 pl-4">
          <h2 id={id} className="text-base font-semibold">
            {title}
          </h2>
          <IconButton label="Close" onClick={onClose}>
            <X aria-hidden />
          </IconButton>
        </header>
        <div className="overflow-y-auto">{children}</div>
      </div>
    </dialog>
  );
}
