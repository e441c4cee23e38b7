import { wrong } from './check.ts'
import { shown } from './encode.ts'
import { percentDecoded, Refusal } from './http.ts'
import { isTopic, isTopicPattern, TOPIC_RULE } from './topic.ts'

/*
 * What the address of a request says: where to resume, which topics, and which of the hub's few services is meant.
 */

/** What a client asks for when it connects. */
export interface StreamRequest {
  /** Its cursor; '' for none. */
  readonly requested: string
  readonly topics: readonly string[]
  /** It hears with the native EventSource, which keeps comments to itself. */
  readonly native: boolean
}

/** Of clients and polyfills. The header wins: a native EventSource that reconnects by itself keeps a stale parameter. */
const CURSOR_PARAMS = ['lastEventId', 'last_event_id', 'Last-Event-ID', 'last-event-id', 'evs_last_event_id']

/** @throws Refusal 400 for a name that no topic can have. */
export function readStreamRequest({ searchParams }: URL, headers: Headers): StreamRequest {
  const parameter = CURSOR_PARAMS.map((name) => searchParams.get(name)).find((value) => value)
  const names = searchParams.getAll('topics').flatMap((list) => list.split(','))
  return {
    requested: headers.get('last-event-id') || parameter || '',
    topics: checkTopics(names.filter((name) => name !== '')),
    native: searchParams.get('heartbeat') === 'event',
  }
}

/** @throws Refusal 400 for anything but a list of names that can be joined. */
export function checkTopics(names: unknown): string[] {
  if (!Array.isArray(names)) throw new Refusal(400, 'topics', 'topics want to be a list of names')
  for (const name of names)
    if (!isTopicPattern(name))
      throw new Refusal(400, 'topics', `${shown(name)} is no topic: ${TOPIC_RULE}; or a.* or *`)
  return [...new Set(names as string[])]
}

/** @throws Refusal 429 for more topics than a client may join. */
export function limitTopics(count: number, limit: number): void {
  if (count <= limit) return
  throw new Refusal(429, 'topics', `a client may join ${limit} topics, not ${count}`, { 'retry-after': '30' })
}

/** The last part of the path: `stats` for `/api/events/stats`, wherever the hub is mounted. */
export const lastSegment = ({ pathname }: URL): string => pathname.split('/').filter(Boolean).at(-1) ?? ''

/**
 * Topics that addresses stand for.
 * @param paths - `{ '/sse/:stream/:channel': ':stream.:channel' }`
 * @returns The topic of an address; undefined if it is none of these.
 * @throws SSEError `options` for a template with a part that its path does not have.
 */
export function createPaths(paths: Readonly<Record<string, string>>): (address: URL) => string | undefined {
  const PART = /:([A-Za-z]\w*)/g
  const routes = Object.entries(paths).map(([path, template]) => {
    const names = [...path.matchAll(PART)].map(([, name]) => name)
    for (const [part, name] of `${template}`.matchAll(PART))
      if (!names.includes(name)) throw wrong('paths', `${path} to have ${part}, as its topic has`, template)
    const source = path
      .split(PART)
      .map((text, n) => (n % 2 ? '([^/]+)' : text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
      .join('')
    return { names, template, pattern: new RegExp(`^${source}/?$`) }
  })
  return ({ pathname }) => {
    for (const { names, template, pattern } of routes) {
      const found = pattern.exec(pathname)
      if (!found) continue
      const topic = template.replace(PART, (_, name) => percentDecoded(found[names.indexOf(name) + 1] ?? ''))
      // No wildcard comes from an address: those are asked for by name.
      if (isTopic(topic)) return topic
      throw new Refusal(404, 'path', `${pathname} stands for no topic: ${TOPIC_RULE}`)
    }
    return undefined
  }
}
