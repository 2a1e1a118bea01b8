/** The one place that picks implementations: which log, which bus, which workflows. */
import type { Server as HttpServer } from 'node:http';
import { join } from 'node:path';
import { createInProcessBus } from '@greenlight/bus/in-process-bus';
import type { FolderLock } from '@greenlight/log/lock';
import { type FolderLog, openLog } from '@greenlight/log/open-log';
import { DEFAULT_POLICIES } from '@greenlight/log/policies';
import type { ChannelPolicy } from '@greenlight/log/log';
import { ACCOUNTS_CHANNEL, SYSTEM_PREFIX } from '@greenlight/protocol/channel';
import { createRuns } from '@greenlight/runs/create-runs';
import { announcingLog } from '@greenlight/server/announcing-log';
import type { SelfProbe } from '@greenlight/server/http/self-probe-report';
import { createHub } from '@greenlight/server/hub';
import type { ServerInfo } from '@greenlight/server/info';
import { DEFAULT_LIMITS, type Limits } from '@greenlight/server/limits';
import { createLogger } from '@greenlight/server/observe/logger';
import { attachServer, type Server } from '@greenlight/server/server';
import type { ServerSettings } from '@greenlight/server/services';
import { createReports } from '@greenlight/workflows/reports';
import { createReview } from '@greenlight/workflows/review';
import { createValidationWorkflow } from '@greenlight/workflows/validation-workflow';
import { identitySettings } from './server-settings.ts';
import type { Settings } from './settings.ts';

export type ComposeOptions = {
  readonly settings: Settings;
  readonly serverSettings: ServerSettings;
  readonly info: ServerInfo;
  /** Held on the data folder. */
  readonly lock: FolderLock;
  readonly http: HttpServer;
  /** Absolute paths where validation may read and write. */
  readonly roots: readonly string[];
  readonly cwd: string;
  /** The repository: where the built page and the docs are. */
  readonly home: string;
  readonly selfProbe: SelfProbe;
};

/** Told in the append that changes the account, which is on disk. */
const ACCOUNTS_POLICY: ChannelPolicy = { pattern: ACCOUNTS_CHANNEL, durability: 'disk' };
/** What the server says of itself is for those who watch now. */
const OWN_POLICIES: readonly ChannelPolicy[] = [{ pattern: `${SYSTEM_PREFIX}*`, durability: 'memory' }];

export type Composed = {
  readonly server: Server;
  /** Settles what runs left, closes the log. After `server.drain`. */
  close(): Promise<void>;
};

/** What a stopped server has stored, for work on its accounts. Rejects with `LogOpenError`. */
export const openRecords = (folder: string): Promise<FolderLog> => openLog({ folder, retainEveryMs: 0 });

export async function compose(options: ComposeOptions): Promise<Composed> {
  const { settings, serverSettings, info, lock, http, roots, cwd, home } = options;
  const clock = Date.now;
  const limits = { ...DEFAULT_LIMITS, ...settings.limits } as Limits;
  const logger = createLogger({
    format: process.stderr.isTTY ? 'pretty' : 'json',
    write: (line) => process.stderr.write(line),
    clock,
  });

  const rawLog: FolderLog = await openLog({
    folder: lock.folder,
    lock,
    policies: [ACCOUNTS_POLICY, ...settings.channels, ...OWN_POLICIES, ...DEFAULT_POLICIES],
    clock,
  });
  const bus = createInProcessBus().join();
  const hub = createHub({ log: rawLog, bus, limits });
  const log = announcingLog(rawLog, hub, bus);
  const { version, node } = info;
  const random = Math.random;
  const runs = await createRuns({
    log,
    workflows: [createValidationWorkflow({ log, roots, cwd, clock })],
    clock,
    random,
    node,
    onBug: (error, run) => logger.error({ run, error }, 'A run failed because of a bug.'),
  });
  const review = await createReview({
    log,
    roots,
    cwd,
    clock,
    random,
    node,
    originals: join(lock.folder, 'originals'),
    privateOwner: (workflow) => runs.privateOwner(workflow),
  });
  const server = attachServer(http, {
    info,
    limits,
    clock,
    log,
    hub,
    runs,
    review,
    logger,
    settings: serverSettings,
    identity: identitySettings(settings),
    reports: createReports({ log, runs, cwd, version, clock }),
    dashboardFolder: join(home, 'apps/dashboard/dist'),
    docsFolder: join(home, 'docs'),
    selfProbe: options.selfProbe,
  });
  // With the doors open: whoever comes in now sees each run being taken over.
  await runs.begin();

  return {
    server,
    async close() {
      await runs.close();
      hub.close();
      await bus.close();
      await log.close();
    },
  };
}
