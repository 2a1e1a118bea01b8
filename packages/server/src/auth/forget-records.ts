/** Deletes the records of a small collection that have served their time. */
import type { Log, StoredRecord } from '@greenlight/log/log';
import { notStored } from './account-events.ts';

const PAGE = 1_000;

export async function forgetRecords(
  log: Pick<Log, 'append' | 'records'>,
  collection: string,
  isOld: (record: StoredRecord) => boolean,
): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined;) {
    const page = await log.records(collection, { limit: PAGE, ...(after !== '' && { after }) });
    const records = page
      .filter(isOld)
      .map(({ id, version }) => ({ collection, id, value: null, ifVersion: version }));
    const appended = records.length > 0 ? await log.append({ appends: [], records }) : null;
    // Should one of them have changed just now, the next round finds the rest.
    if (appended?.ok === false && appended.reason === 'unavailable')
      throw notStored('The end of what has served its time', appended);
    after = page.length === PAGE ? page.at(-1)?.id : undefined;
  }
}
