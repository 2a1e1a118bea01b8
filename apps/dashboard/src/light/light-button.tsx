import { Popover } from 'radix-ui';
import { useNow } from '../data/clock.ts';
import { LightDetails } from './light-details.tsx';
import { LightMark } from './light-mark.tsx';
import { lightWords } from './light.ts';
import { useLight } from './use-light.ts';

/** The light, in words, shape and colour. Opens what it knows. */
export function LightButton() {
  const now = useNow();
  const light = useLight();
  const words = lightWords(light, now);
  return (
    <Popover.Root>
      <Popover.Trigger
        data-light={light.kind}
        className="inline-flex h-7 max-w-[60vw] items-center gap-1.5 rounded-full border border-line-strong bg-surface pr-2.5 pl-2 text-xs font-medium hover:bg-hover"
      >
        <LightMark kind={light.kind} />
        <output className="truncate">{words}</output>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={8}
          collisionPadding={12}
          aria-label="Connection"
          className="rise z-40 max-h-(--radix-popover-content-available-height) w-[min(22rem,calc(100vw-24px))] overflow-y-auto rounded-lg border border-line-strong bg-raised text-sm text-ink shadow-raised"
        >
          <LightDetails light={light} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
