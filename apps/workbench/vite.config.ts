import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env.SEXTANT_URL ?? 'http://127.0.0.1:4520';

export default defineConfig({
  plugins: [react()],
  build: { target: 'es2023', cssTarget: ['chrome123', 'firefox120', 'safari17.5'], modulePreload: { polyfill: false }, reportCompressedSize: false },
  server: { proxy: { '/trpc': { target: server, changeOrigin: true }, '/artifacts': { target: server, changeOrigin: true } } },
});
