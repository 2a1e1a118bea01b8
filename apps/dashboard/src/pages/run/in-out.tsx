import { isTerminal, type RunSnapshot } from '@greenlight/protocol/run';
import { CopyButton } from '../../components/copy-button.tsx';
import { formatJson } from '../../components/format.ts';
import { Scroller } from '../../components/scroller.tsx';

export function InOut({ run }: { run: RunSnapshot }) {
  return (
    <div className="flex flex-col divide-y divide-line">
      <Json title="Input" value={run.input} />
      {run.result !== undefined ? (
        <Json title="Output" value={run.result} />
      ) : (
        <p className="px-3.5 py-3 text-muted">
          {isTerminal(run.state)
            ? 'It ended without an output.'
            : 'The output appears when the run completes.'}
        </p>
      )}
    </div>
  );
}

function Json({ title, value }: { title: string; value: unknown }) {
  const text = formatJson(value);
  return (
    <section aria-label={title} className="min-w-0">
      <h2 className="flex items-center justify-between px-3.5 pt-3 text-xs font-medium text-muted">
        {title}
        <CopyButton text={text} label={`Copy the ${title.toLowerCase()}`} />
      </h2>
      <Scroller label={`${title} as JSON`} className="max-h-96">
        <pre className="px-3.5 pt-1.5 pb-3 font-mono text-xs whitespace-pre-wrap">{text}</pre>
      </Scroller>
    </section>
  );
}
