// Makes a fresh clone ready: packages, the page and, for tests, Chromium. Plain JavaScript, because it has to run
// under the Node that the machine happens to have (20 or newer) before the pinned one is installed.
// Usage: node scripts/setup.mjs start|test
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const purpose = process.argv[2];
const NEEDED_NODE = 24;

const say = (text) => process.stderr.write(`greenlight: ${text}\n`);

function fail(sentence, output = '') {
  if (output) process.stderr.write(output);
  say(sentence);
  process.exit(1);
}

function hash(...paths) {
  const sum = createHash('sha256').update(process.platform + process.arch);
  const add = (path) => {
    if (!statSync(path).isDirectory()) sum.update(path.slice(root.length)).update(readFileSync(path));
    else
      for (const name of readdirSync(path).toSorted())
        if (name !== 'dist' && name !== 'node_modules' && name !== 'test') add(join(path, name));
  };
  for (const path of paths) add(join(root, path));
  return sum.digest('hex');
}

/** Runs `work` unless the stamp says that it was done for exactly these sources. */
function once(stampFile, sources, work) {
  const stamp = hash(...sources);
  const file = join(root, stampFile);
  if (existsSync(file) && readFileSync(file, 'utf8') === stamp) return;
  work();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stamp);
}

function run(command, args, sentence) {
  const started = Date.now();
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (error || status !== 0)
    fail(sentence, `${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}`);
  return ((Date.now() - started) / 1000).toFixed(1);
}

function installPackages() {
  say('installing packages, once (about a minute)…');
  const npm = process.env.npm_execpath;
  const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []];
  const seconds = run(
    command,
    [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'],
    'npm ci failed, see above. Is a package registry reachable from here?',
  );
  say(`packages installed in ${seconds} s`);
}

/** The pinned Node where it exists for this platform, else the one that runs this script, if it is new enough. */
function findNode() {
  const pinned = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_NODE) return process.execPath;
  return fail(
    `Node ${NEEDED_NODE} or newer is needed on ${process.platform} ${process.arch}, this is ${process.versions.node}. ` +
      'Install it from https://nodejs.org and run the command again.',
  );
}

function buildPage(node) {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const seconds = run(
    node,
    [vite, 'build', '--logLevel', 'error', 'apps/dashboard'],
    'The dashboard did not build, see above.',
  );
  say(`dashboard built in ${seconds} s`);
}

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

function installChromium() {
  if ([process.env.CHROMIUM, ...CHROMIUM].some((path) => path && existsSync(path))) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  say('installing Chromium for the browser tests, once…');
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const [command, ...rest] = [...sudo, 'apt-get', ...args];
    const { status } = spawnSync(command, rest, {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status === 0) continue;
    // Not a failure here: the browser tests then say by name that they were skipped, and why.
    say('Chromium could not be installed; set CHROMIUM=/path/to/chromium, or the browser tests are skipped.');
    return;
  }
}

const NGINX = 'node_modules/.cache/greenlight-nginx';

/** Debian's package, unpacked and not installed: that would start it as a service. */
function fetchNginx() {
  const known = [process.env.NGINX, '/usr/sbin/nginx', join(root, NGINX, 'usr/sbin/nginx')];
  if (known.some((path) => path && existsSync(path))) return;
  say('fetching nginx for the proxy tests, once…');
  const folder = join(root, NGINX);
  mkdirSync(folder, { recursive: true });
  const quietly = (command, args, cwd = root) =>
    spawnSync(command, args, { cwd, stdio: 'ignore' }).status === 0;
  const unpack = () => quietly('sh', ['-c', 'apt-get download nginx && dpkg-deb -x nginx_*.deb .'], folder);
  const [update, ...args] = [...(process.getuid?.() === 0 ? [] : ['sudo', '-n']), 'apt-get', 'update'];
  const unpacked = unpack() || (quietly(update, args) && unpack());
  if (unpacked && quietly(join(folder, 'usr/sbin/nginx'), ['-e', 'stderr', '-v'])) return;
  rmSync(folder, { recursive: true, force: true });
  // As with Chromium: the tests say by name that they were skipped, and why.
  say('nginx could not be fetched; set NGINX=/path/to/nginx, or the proxy tests are skipped.');
}

if (purpose !== 'start' && purpose !== 'test') fail('usage: node scripts/setup.mjs start|test');
once('node_modules/.greenlight-installed', ['package-lock.json'], installPackages);
const node = findNode();
once(
  'apps/dashboard/dist/.built-from',
  ['apps/dashboard', 'packages/client', 'packages/protocol', 'package-lock.json'],
  () => buildPage(node),
);
if (purpose === 'test') {
  installChromium();
  fetchNginx();
}
