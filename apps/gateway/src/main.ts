/** Where the process begins: before any other code, Node is told where to keep what it compiles for the next start. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Beside the modules, so that only who may change those may change this. Where it cannot be written, nothing is kept.
// In the environment, for threads look for it there.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../../../node_modules/.cache/greenlight');
enableCompileCache();
await import('./serve.ts');
