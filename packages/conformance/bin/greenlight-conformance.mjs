#!/usr/bin/env node
// Plain JavaScript: an older Node gets a sentence instead of a syntax error.
const NEEDED_NODE = 24;

if (Number.parseInt(process.versions.node, 10) >= NEEDED_NODE) await import('../src/main.ts');
else {
  process.stderr.write(
    `greenlight-conformance: Node ${NEEDED_NODE} or newer is needed, this is ${process.versions.node}.\n`,
  );
  process.exitCode = 2;
}
