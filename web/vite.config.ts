import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { fixtures } from './dev/fixtures.ts'

/** `npm run dev` answers the API from web/fixtures; BELVEDERE_API=http://127.0.0.1:8000 sends it to a running server instead. */
const server = process.env.BELVEDERE_API

export default defineConfig({
  plugins: [react(), ...(server ? [] : [fixtures()])],
  build: {
    outDir: '../src/belvedere/app/web',
    emptyOutDir: true,
    assetsInlineLimit: 0, // the content security policy allows no data: addresses
    modulePreload: { polyfill: false },
    target: 'es2022',
    license: { fileName: 'licences.md' },
  },
  server: server ? { proxy: { '/api': server } } : {},
  preview: server ? { proxy: { '/api': server } } : {},
})
