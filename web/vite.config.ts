import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    // A data: URL would need a looser Content-Security-Policy than `default-src 'self'`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    rolldownOptions: {
      treeshake: {
        // Schemas are built by calls, which a bundler keeps for what they might do. These only make values: a browser
        // that checks no schema carries none, and TypeBox stays out with them (11 kB of gzip).
        manualPureFunctions: ['Type', 'Nullable'],
        moduleSideEffects: [{ test: /\/libs\/contracts\/|\/node_modules\/typebox\//, sideEffects: false }],
      },
    },
  },
});
