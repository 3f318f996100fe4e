import { existsSync, readFileSync, readdirSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Plugin } from 'vite'

const folder = join(import.meta.dirname, '../fixtures')

/** The file that answers a request: /api/v1/regions/FR-59 -> regions-FR-59.json, else regions.json, else region.json; what lies deeper, by its last part. */
export function fixtureFor(path: string): string | undefined {
  const parts = path.replace(/^\/api\/v1\//, '').split('/').filter(Boolean).map(decodeURIComponent)
  const first = parts[0] ?? ''
  const one = first.replace(/s$/, '')
  const candidates = [parts.join('-'), ...(parts.length > 2 ? [parts[parts.length - 1]] : []), ...(parts.length > 1 ? [one, first] : [first, one])]
  const names = existsSync(folder) ? readdirSync(folder) : []
  const found = candidates.find((c) => names.includes(`${c}.json`))
  return found && join(folder, `${found}.json`)
}

function answer(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  const url = new URL(request.url ?? '/', 'http://local')
  if (!url.pathname.startsWith('/api/v1/')) return next()
  if (url.pathname === '/api/v1/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    return
  }
  const file = fixtureFor(url.pathname)
  if (!file) {
    response.writeHead(404, { 'content-type': 'application/problem+json' })
    response.end(JSON.stringify({ title: { fr: 'Rien à cette adresse.', en: 'Nothing at this address.' }, detail: url.pathname, request: 'dev' }))
    return
  }
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(readFileSync(file))
}

/** Answers /api/v1 from web/fixtures, in `vite dev` and `vite preview`. */
export function fixtures(): Plugin {
  return {
    name: 'belvedere-fixtures',
    configureServer: (server) => void server.middlewares.use(answer),
    configurePreviewServer: (server) => void server.middlewares.use(answer),
  }
}
