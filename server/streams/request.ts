import type { Denials } from '../audience/denied.ts'
import { TOPIC_RULE, toTopicPattern } from '../audience/topic.ts'
import { shown } from '../wire/shown.ts'

/** The request of a client when it connects. */
export interface StreamRequest {
  /** Its cursor; '' for none. */
  readonly requested: string
  /** Names that can be joined, each once. */
  readonly topics: readonly string[]
  /** Those that are left out. */
  readonly denials: Denials
  /** The topic that the address stands for: without it the whole request is refused. */
  readonly fixed?: string | undefined
  /** It hears with the native EventSource, which keeps comments to itself. */
  readonly native: boolean
}

/** Of a list that is longer than the limit, so many entries more are looked at. */
const SPARE = 1000

/**
 * The names of a list that can be joined: composed, each once, in order, at most `limit`. The others are denied, and cost
 * little however many and however long they are.
 */
export function readTopics(names: readonly unknown[], limit: number, denials: Denials): string[] {
  const topics = new Set<string>()
  for (const [n, name] of names.entries()) {
    if (n >= limit + SPARE || (topics.size >= limit && denials.isFull)) {
      denials.addUnnamed(names.length - n, 'too-many')
      break
    }
    const topic = toTopicPattern(name)
    if (topic === undefined)
      denials.add(typeof name === 'string' ? name : shown(name), 'invalid', `no topic: ${TOPIC_RULE}; or a.* or *`)
    else if (topics.has(topic)) continue
    else if (topics.size < limit) topics.add(topic)
    else denials.add(topic, 'too-many', `a client may join ${limit} topics`)
  }
  return [...topics]
}

export const denyFull = (topic: string, denials: Denials): void =>
  denials.add(topic, 'full', 'no more streams can join this topic for now')

/**
 * @param allows - Asks whether a list of topics may be joined, and answers in its order.
 * @returns Those that may.
 */
export async function allowedOf(
  topics: readonly string[],
  allows: (topics: readonly string[]) => Promise<readonly boolean[]>,
  denials: Denials,
): Promise<string[]> {
  const answers = await allows(topics)
  return topics.filter((topic, n) => {
    if (!answers[n]) denials.add(topic, 'denied', 'you may not join this topic')
    return answers[n]
  })
}
