#!/usr/bin/env node
// Plain JavaScript: it has to run under whatever Node there is, and hands over to one that can run the rest.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_NODE = 24;
const main = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src/main.ts');

/** The pinned Node of this installation, else one on the PATH that is new enough. */
function findNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve(
      `node-${process.platform}-${process.arch}/package.json`,
    );
    const pinned = join(dirname(manifest), 'bin/node');
    if (existsSync(pinned)) return pinned;
  } catch {
    // Not pinned for this platform.
  }
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const node = join(folder, process.platform === 'win32' ? 'node.exe' : 'node');
    if (!existsSync(node)) continue;
    const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    if (Number.parseInt((stdout ?? '').slice(1), 10) >= NEEDED_NODE) return node;
  }
  return null;
}

function handOver(node) {
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends its signals to both; the child decides when this ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? code : 130;
  });
}

if (Number.parseInt(process.versions.node, 10) >= NEEDED_NODE) await import(main);
else {
  const node = findNode();
  if (node) handOver(node);
  else {
    process.stderr.write(
      `greenlight: Node ${NEEDED_NODE} or newer is needed, this is ${process.versions.node}; install it from https://nodejs.org.\n`,
    );
    process.exitCode = 2;
  }
}
