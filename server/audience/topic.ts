/*
 * Topics: plain names, and the two kinds of wildcard that can be joined. A client is joined to `orders.*` by that name, and
 * what is published to `orders.eu` is looked up under each name that covers it.
 *
 * Names are compared as text, so every name that comes in is composed first (Unicode NFC): 'ü' as one character and 'u' with a
 * mark are the same name.
 */

/** In UTF-16 code units, after composition. */
const LONGEST = 200
/** Longer than any text that NFC makes 200 code units of: what is longer is refused without a look at it. */
const LONGEST_DECOMPOSED = 4 * LONGEST

/** Most names. They are composed already, and this test is cheaper than composing them. */
const PLAIN = /^[A-Za-z0-9._:/-]{1,200}$/
/** Nothing that ends a line, a list (`,`) or a URL. Each character is looked at once. */
const NAME = /^[\p{L}\p{M}\p{N}._:/-]+$/u

/** A name that something can be published to, composed; undefined if it is none. */
export function toTopic(name: unknown): string | undefined {
  if (typeof name !== 'string' || name.length > LONGEST_DECOMPOSED) return undefined
  if (PLAIN.test(name)) return name
  const composed = name.normalize('NFC')
  return composed.length <= LONGEST && NAME.test(composed) ? composed : undefined
}

/** A name that can be joined, composed: a topic, `*`, or everything under a prefix (`orders.*`). Undefined if it is none. */
export function toTopicPattern(name: unknown): string | undefined {
  if (name === '*') return name
  if (typeof name !== 'string' || !name.endsWith('.*')) return toTopic(name)
  const prefix = toTopic(name.slice(0, -2))
  return prefix !== undefined && prefix.length + 2 <= LONGEST ? `${prefix}.*` : undefined
}

/** Whether something can be published to this name. */
export const isTopic = (name: unknown): name is string => toTopic(name) !== undefined

/** The same target with its names composed. A value that is no topic stays as it is: the check of the target refuses it. */
export function composeTopics<T extends object>(target: T): T {
  const { topic, resource } = target as { readonly topic?: unknown; readonly resource?: unknown }
  const composed = { topic: toTopic(topic), resource: toTopic(resource) }
  if ((composed.topic ?? topic) === topic && (composed.resource ?? resource) === resource) return target
  return {
    ...target,
    ...(composed.topic !== undefined && { topic: composed.topic }),
    ...(composed.resource !== undefined && { resource: composed.resource }),
  }
}

/** Every name under which somebody who is to hear of `topic` may have joined: `a.b` → `*`, `a.*`, `a.b`. */
export function coveringPatterns(topic: string): string[] {
  const patterns = ['*']
  for (let dot = topic.indexOf('.'); dot >= 0; dot = topic.indexOf('.', dot + 1))
    patterns.push(`${topic.slice(0, dot)}.*`)
  return [...patterns, topic]
}

export const TOPIC_RULE = 'letters, marks and numbers of any script and . _ : / -, at most 200 characters'
