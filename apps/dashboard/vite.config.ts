import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** The gateway that `npm run dev` talks to. */
const gateway = process.env['GREENLIGHT_URL'] ?? 'http://127.0.0.1:8585';

/** sonner adds its styles as an inline `<style>`, which our Content-Security-Policy forbids; styles.css imports them instead. */
function withoutInlineToastStyles(): Plugin {
  return {
    name: 'greenlight:without-inline-toast-styles',
    transform: {
      filter: { id: /sonner[\\/]dist[\\/]index\.mjs/ },
      handler(code) {
        const rest = code.replace(/^__insertCSS\(.*\);$/m, '');
        if (rest === code)
          throw new Error('sonner no longer inserts its styles this way: change vite.config.ts.');
        return { code: rest, map: null };
      },
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: '/dashboard/',
  plugins: [react(), tailwindcss(), withoutInlineToastStyles()],
  // Every asset is a file of its own, so that `img-src 'self'` suffices.
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': { target: gateway, ws: true },
      '/ws': { target: gateway, ws: true },
      '/health': gateway,
    },
  },
});
