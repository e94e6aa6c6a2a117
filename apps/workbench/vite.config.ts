import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env.SEXTANT_URL ?? 'http://127.0.0.1:4520';

export default defineConfig({
  plugins: [react()],
  // Fonts as files: the content security policy refuses data URLs.
  build: { assetsInlineLimit: 0, target: 'es2023', cssTarget: ['chrome123', 'firefox120', 'safari17.5'], modulePreload: { polyfill: false }, reportCompressedSize: false },
  // The server compares Origin with Host, so the proxy passes the browser's own Host on.
  server: { proxy: { '/trpc': server, '/artifacts': server } },
});
