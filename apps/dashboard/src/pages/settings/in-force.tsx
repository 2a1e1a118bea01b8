import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { CopyButton } from '../../components/copy-button.tsx';
import { formatCount } from '../../components/format.ts';
import { Panel } from '../../components/panel.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { failureOf } from '../../data/api.ts';
import { settingsQuery } from '../../data/settings.ts';
import { settingRows, type SettingRow } from './setting-rows.ts';

/** What this node was started with. It is read at start, so nothing of it is changed here. */
export function InForce() {
  const { data, error } = useQuery(settingsQuery);
  return (
    <Panel title="In force">
      <p className="px-3.5 pt-3 text-muted">
        As this node was started. Each setting is changed by its environment variable or its key in{' '}
        <code>greenlight.config.json</code>, and counts from the next start;{' '}
        <code>greenlight config check</code> tells what is wrong with it before. Those who were turned away by
        their origin are under{' '}
        <Link href="/handshakes?code=origin_not_allowed" className="underline underline-offset-2">
          Handshakes
        </Link>
        .
      </p>
      {error && (
        <div className="p-3">
          <ProblemNote failure={failureOf(error)} />
        </div>
      )}
      {data && (
        <>
          <dl data-in-force className="py-2">
            {settingRows(data).map((row) => (
              <Row key={row.name} row={row} />
            ))}
          </dl>
          <details className="border-t border-line">
            <summary className="px-3.5 py-2.5 font-medium outline-offset-[-2px] hover:bg-hover">
              {Object.keys(data.limits).length} limits
            </summary>
            <p className="px-3.5 text-muted">
              What one caller may take from the others. Each is a key below <code>limits</code>.
            </p>
            <dl className="grid gap-x-8 px-3.5 py-3 sm:grid-cols-2">
              {Object.entries(data.limits).map(([name, value]) => (
                <div key={name} className="flex items-center justify-between gap-3 py-0.5">
                  <dt className="flex min-w-0 items-center gap-1">
                    <code className="min-w-0 truncate text-xs text-muted">{name}</code>
                    <CopyButton text={`limits.${name}`} label={`Copy limits.${name}`} />
                  </dt>
                  <dd>{formatCount(value)}</dd>
                </div>
              ))}
            </dl>
          </details>
        </>
      )}
    </Panel>
  );
}

function Row({ row: { name, values, does, variables, keys } }: { row: SettingRow }) {
  return (
    <div
      data-setting={name}
      className="grid gap-x-6 gap-y-1 border-t border-line px-3.5 py-2.5 first:border-0 md:grid-cols-[9rem_minmax(0,1fr)_15rem]"
    >
      <dt className="font-medium">{name}</dt>
      <dd className="min-w-0">
        {values.length === 0 ? (
          <span className="text-muted">none</span>
        ) : (
          values.map((value) => (
            <code key={value} className="block text-xs leading-5 wrap-anywhere">
              {value}
            </code>
          ))
        )}
        <p className="mt-0.5 text-xs text-muted">{does}</p>
      </dd>
      <dd className="min-w-0 text-2xs">
        {[...variables, ...keys].map((word) => (
          <span key={word} className="flex items-center gap-1 text-muted">
            <code className="min-w-0 truncate">{word}</code>
            <CopyButton text={word} label={`Copy ${word}`} />
          </span>
        ))}
      </dd>
    </div>
  );
}
