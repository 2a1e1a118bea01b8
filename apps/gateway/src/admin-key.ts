/** In development the first start leaves an administrator's key in the data folder, for the command line. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiKeys } from '@greenlight/server/auth/api-keys';

/** The file that holds a key which counts; written anew when there is none, or the one in it was revoked. */
export async function adminKey(folder: string, apiKeys: Pick<ApiKeys, 'create' | 'verify'>): Promise<string> {
  const file = join(folder, 'admin.key');
  if (existsSync(file) && (await apiKeys.verify(readFileSync(file, 'utf8').trim())).ok) return file;
  const { key } = await apiKeys.create({
    name: 'Command line',
    role: 'admin',
    user: 'admin',
    createdBy: 'first start',
  });
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  return file;
}
