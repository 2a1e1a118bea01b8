import { Ago } from '../../components/ago.tsx';
import { Button } from '../../components/button.tsx';
import { CodeLink } from '../../components/code-link.tsx';
import { plural } from '../../components/format.ts';
import { Scroller } from '../../components/scroller.tsx';
import type { RefusalGroup } from './attempt-filter.ts';

type Props = { groups: readonly RefusalGroup[]; onChoose: (code: string) => void };

/** Each code once: how often, what it means, what to do. */
export function RefusalGroups({ groups, onChoose }: Props) {
  return (
    <Scroller label="Refusals by code" className="min-h-0 flex-1 border-t border-line">
      <ul>
        {groups.map(({ code, count, newest }) => (
          <li
            key={code}
            data-refusal-group={code}
            className="flex flex-wrap items-start gap-x-6 gap-y-2 border-b border-line px-4 py-3 md:px-6"
          >
            <div className="min-w-0 flex-1 basis-72">
              <CodeLink code={code} />
              <p className="mt-1">{newest.detail}</p>
              <p className="text-muted">{newest.fix}</p>
            </div>
            <div className="flex items-center gap-3 text-xs text-muted">
              <span>
                last <Ago at={newest.at} />
              </span>
              <Button onClick={() => onChoose(code)}>{plural(count, 'attempt')}</Button>
            </div>
          </li>
        ))}
      </ul>
    </Scroller>
  );
}
