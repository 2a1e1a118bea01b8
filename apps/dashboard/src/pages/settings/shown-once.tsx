import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Dialog } from '../../components/dialog.tsx';

type Props = { title: string; secret: string; note?: string; onClose: () => void };

/** A secret that the server told just now and will never tell again. */
export function ShownOnce({ title, secret, note, onClose }: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="flex flex-col gap-3 p-4">
        <p>This is shown once; only its hash is kept. Copy it now, and hand it on by a safe way.</p>
        {note !== undefined && <p className="text-muted">{note}</p>}
        <p className="flex items-center gap-2 rounded-md border border-line bg-sunken px-3 py-2 font-mono text-xs">
          <code data-secret className="min-w-0 flex-1 wrap-anywhere">
            {secret}
          </code>
          <CopyButton text={secret} label="Copy" />
        </p>
        <Button look="primary" onClick={onClose}>
          I have it
        </Button>
      </div>
    </Dialog>
  );
}
