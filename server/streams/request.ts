import { isTopicPattern, TOPIC_RULE } from '../audience/topic.ts'
import { Refusal } from '../wire/refusal.ts'
import { shown } from '../wire/shown.ts'

/** What a client asks for when it connects. */
export interface StreamRequest {
  /** Its cursor; '' for none. */
  readonly requested: string
  readonly topics: readonly string[]
  /** It hears with the native EventSource, which keeps comments to itself. */
  readonly native: boolean
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
