/*
 * Topics: plain names, and the two kinds of wildcard that can be joined. A client is joined to `orders.*` by that name, and
 * what is published to `orders.eu` is looked up under each name that covers it.
 */

/** Letters, digits and a few signs: nothing that ends a line, a list (`,`) or a URL, nothing that is invisible. */
const TOPIC = /^[A-Za-z0-9._:/-]{1,200}$/
const PATTERN = /^(?:\*|[A-Za-z0-9._:/-]{1,198}\.\*)$/

/** Whether something can be published to this name. */
export const isTopic = (name: unknown): name is string => typeof name === 'string' && TOPIC.test(name)

/** Whether this name can be joined: a topic, `*`, or everything under a prefix (`orders.*`). */
export const isTopicPattern = (name: unknown): name is string =>
  isTopic(name) || (typeof name === 'string' && PATTERN.test(name))

/** Every name under which somebody who is to hear of `topic` may have joined: `a.b` → `*`, `a.*`, `a.b`. */
export function coveringPatterns(topic: string): string[] {
  const patterns = ['*']
  for (let dot = topic.indexOf('.'); dot >= 0; dot = topic.indexOf('.', dot + 1))
    patterns.push(`${topic.slice(0, dot)}.*`)
  return [...patterns, topic]
}

export const TOPIC_RULE = 'letters, digits and . _ : / -, at most 200 of them'
