import { Popover } from '../components/popover.tsx';
import { useNow } from '../data/clock.ts';
import { LightDetails } from './light-details.tsx';
import { LightMark } from './light-mark.tsx';
import { lightWords } from './light.ts';
import { useEnding, useLight } from './use-light.ts';

/** The light, in words, shape and colour. Opens what it knows. */
export function LightButton() {
  const now = useNow();
  const light = useLight();
  const ending = useEnding();
  return (
    <Popover
      label="Connection"
      className="w-[min(22rem,calc(100vw-24px))]"
      renderTrigger={(attributes) => (
        <button
          type="button"
          {...attributes}
          data-light={light.kind}
          className="inline-flex h-7 max-w-[60vw] shrink-0 items-center gap-1.5 rounded-full border border-line-strong bg-surface pr-2.5 pl-2 text-xs font-medium hover:bg-hover"
        >
          <LightMark kind={light.kind} />
          <output className="truncate">{lightWords(light, now, ending)}</output>
        </button>
      )}
    >
      <LightDetails light={light} />
    </Popover>
  );
}
