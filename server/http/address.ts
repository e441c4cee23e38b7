import { createDenials } from '../audience/denied.ts'
import { TOPIC_RULE, toTopic } from '../audience/topic.ts'
import { wrong } from '../options/check.ts'
import { readTopics, type StreamRequest } from '../streams/request.ts'
import { Refusal } from '../wire/refusal.ts'
import { percentDecoded } from './token.ts'

/* The contents of a request's address: where to resume, which topics, and which of the hub's few services is meant. */

/** In characters. No topic is longer, so nothing longer needs to be compared with anything. */
const PART_LENGTH = 200

/** Of clients and polyfills. The header wins: a native EventSource that reconnects by itself keeps a stale parameter. */
const CURSOR_PARAMS = ['lastEventId', 'last_event_id', 'Last-Event-ID', 'last-event-id', 'evs_last_event_id']

/** @param limit - How many topics may be asked for. */
export function readStreamRequest({ searchParams }: URL, headers: Headers, limit: number): StreamRequest {
  const parameter = CURSOR_PARAMS.map((name) => searchParams.get(name)).find((value) => value)
  const names = searchParams.getAll('topics').flatMap((list) => list.split(','))
  const denials = createDenials()
  return {
    requested: headers.get('last-event-id') || parameter || '',
    topics: readTopics(
      names.filter((name) => name !== ''),
      limit,
      denials,
    ),
    denials,
    native: searchParams.get('heartbeat') === 'event',
  }
}

/** The last part of the path: `stats` for `/api/events/stats`, wherever the hub is mounted. */
export const lastSegment = ({ pathname }: URL): string => pathname.split('/').filter(Boolean).at(-1) ?? ''

/**
 * Topics that addresses stand for.
 * @param paths - `{ '/sse/:stream/:channel': ':stream.:channel' }`
 * @returns The topic of an address; undefined if it is none of these.
 * @throws SSEError `options` for a path that does not begin with a slash, and for a template with a part that its path does not have.
 */
export function createPaths(paths: Readonly<Record<string, string>>): (address: URL) => string | undefined {
  const PART = /:([A-Za-z]\w*)/g
  const routes = Object.entries(paths).map(([path, template]) => {
    if (!path.startsWith('/')) throw wrong('paths', "each path to begin with '/'", path)
    const names = [...path.matchAll(PART)].map(([, name]) => name)
    for (const [part, name] of `${template}`.matchAll(PART))
      if (!names.includes(name)) throw wrong('paths', `${path} to have ${part}, as its topic has`, template)
    // The text around the parts: every second piece is the name of one.
    const form = path.split('/').map((segment) => segment.split(PART).filter((_, n) => n % 2 === 0))
    return { names, template, form }
  })
  return ({ pathname }) => {
    if (routes.length === 0) return undefined
    const segments = pathname.split('/')
    if (segments.some(isTooLong)) throw new Refusal(404, 'path', `a part of the path is too long: ${TOPIC_RULE}`)
    for (const { names, template, form } of routes) {
      const parts = partsOfPath(form, segments)
      if (!parts) continue
      const topic = toTopic(template.replace(PART, (_, name) => percentDecoded(parts[names.indexOf(name)] ?? '')))
      // No wildcard comes from an address: those are asked for by name.
      if (topic !== undefined) return topic
      throw new Refusal(404, 'path', `${pathname} stands for no topic: ${TOPIC_RULE}`)
    }
    return undefined
  }
}

/** Longer than any topic. In a URL a character of a topic may be nine. */
const isTooLong = (segment: string): boolean =>
  segment.length > PART_LENGTH && percentDecoded(segment).length > PART_LENGTH

/** The parts of a path, in their order; undefined if it has another form. A slash at its end does not count. */
function partsOfPath(form: readonly (readonly string[])[], segments: readonly string[]): string[] | undefined {
  const more = segments.length - form.length
  if (more !== 0 && !(more === 1 && segments.at(-1) === '')) return undefined
  const parts: string[] = []
  for (const [n, texts] of form.entries()) {
    const found = partsOfSegment(texts, segments[n] ?? '')
    if (!found) return undefined
    parts.push(...found)
  }
  return parts
}

/**
 * The parts of a segment that stand between these texts, none of them empty; undefined if it has another form. The first part is
 * as long as can be, then the second. Each text is looked for from the end, once. A regular expression would try every way to
 * divide a segment that does not fit: three parts and 8,000 characters would take half a minute, before authentication.
 */
function partsOfSegment([head = '', ...texts]: readonly string[], segment: string): string[] | undefined {
  const tail = texts.pop()
  if (tail === undefined) return segment === head ? [] : undefined
  if (!segment.startsWith(head) || !segment.endsWith(tail)) return undefined
  const parts: string[] = []
  let end = segment.length - tail.length
  for (const text of texts.reverse()) {
    // One character is left for the part that follows.
    const last = end - 1 - text.length
    const at = last < 0 ? -1 : segment.lastIndexOf(text, last)
    if (at < 0) return undefined
    parts.unshift(segment.slice(at + text.length, end))
    end = at
  }
  return end > head.length ? [segment.slice(head.length, end), ...parts] : undefined
}
