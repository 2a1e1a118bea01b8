/** For outsiders: the protocol package is bundled in, so that the SDK has no dependencies. */
import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/client.ts'],
  outDir: 'dist',
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  minify: true,
  // What is loaded later shares what the entry has, instead of a third file that every page would load.
  inputOptions: { preserveEntrySignatures: 'allow-extension' },
  deps: { alwaysBundle: [/^@greenlight\//] },
});
