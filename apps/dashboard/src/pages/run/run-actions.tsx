import { isTerminal, type ControlAction, type RunSnapshot, type RunState } from '@greenlight/protocol/run';
import { Download, Link2, Pause, Play, X } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Menu, MenuLink, MenuNote } from '../../components/menu.tsx';
import { notify, reportFailure } from '../../components/toasts.tsx';
import { pathWith, post } from '../../data/api.ts';
import { maySteer, type Me } from '../../data/session.ts';

/** What each state allows; the server has the last word. */
const ALLOWED = {
  queued: ['cancel'],
  running: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
  stalled: ['resume', 'cancel'],
  completed: [],
  failed: [],
  cancelled: [],
} as const satisfies Record<RunState, readonly ControlAction[]>;

const FORMATS = [
  ['json', 'JSON', 'json'],
  ['md', 'Markdown', 'md'],
  ['sarif', 'SARIF', 'sarif'],
] as const;

export function RunActions({ run, me }: { run: RunSnapshot; me: Me }) {
  const [asking, setAsking] = useState<ControlAction | null>(null);
  const [confirming, setConfirming] = useState(false);
  const allowed: readonly ControlAction[] = maySteer(me) ? ALLOWED[run.state] : [];

  const control = async (action: ControlAction): Promise<void> => {
    setAsking(action);
    try {
      await post(`/api/v1/workflows/${encodeURIComponent(run.id)}/${action}`);
    } catch (error) {
      reportFailure(error);
    }
    setAsking(null);
    setConfirming(false);
  };

  return (
    <>
      {allowed.includes('pause') && (
        <Button busy={asking === 'pause'} onClick={() => void control('pause')}>
          <Pause aria-hidden />
          Pause
        </Button>
      )}
      {allowed.includes('resume') && (
        <Button look="primary" busy={asking === 'resume'} onClick={() => void control('resume')}>
          <Play aria-hidden />
          Resume
        </Button>
      )}
      {allowed.includes('cancel') && (
        <Button look="danger" onClick={() => setConfirming(true)}>
          <X aria-hidden />
          Cancel
        </Button>
      )}
      {isTerminal(run.state) && run.kind === 'validation' && (
        <Menu
          label="Report"
          renderTrigger={(attributes) => (
            <Button {...attributes}>
              <Download aria-hidden />
              Report
            </Button>
          )}
        >
          <MenuNote>Download the report as</MenuNote>
          {FORMATS.map(([format, name, ending]) => (
            <MenuLink
              key={format}
              href={pathWith(`/api/v1/workflows/${encodeURIComponent(run.id)}/report`, { format })}
              download={`${run.id}.${ending}`}
            >
              {name}
            </MenuLink>
          ))}
        </Menu>
      )}
      <Button look="quiet" onClick={() => void shareLink().catch(reportFailure)}>
        <Link2 aria-hidden />
        Copy link
      </Button>
      {confirming && !isTerminal(run.state) && (
        <Dialog title="Cancel this run?" onClose={() => setConfirming(false)}>
          <div className="flex flex-col gap-4 p-4">
            <p className="text-muted">It stops at once and cannot be resumed. Results so far stay.</p>
            <div className="flex justify-end gap-2">
              <Button look="quiet" onClick={() => setConfirming(false)}>
                Let it run
              </Button>
              <Button look="danger" busy={asking === 'cancel'} onClick={() => void control('cancel')}>
                Cancel the run
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}

async function shareLink(): Promise<void> {
  await navigator.clipboard.writeText(location.href);
  notify({ id: 'link', tone: 'plain', title: 'Link copied' });
}
