/** For outsiders: the protocol package is bundled in, so that the SDK has no dependencies. */
import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/client.ts'],
  outDir: 'dist',
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  minify: true,
  deps: { alwaysBundle: [/^@greenlight\//] },
});
