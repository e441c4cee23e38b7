import { optionError } from '../base/check.ts'

/** A name, `prefix.*` or `*`. The server normalises names as well: what looks the same is the same topic. */
const TOPIC = /^(\*|[\p{L}\p{M}\p{N}._:/-]{1,200}(\.\*)?)$/u

/**
 * @returns The name in Unicode's normal form C.
 * @throws SSEError `options` for a name that no server grants.
 */
export function checkTopic(name: unknown): string {
  if (typeof name !== 'string' || !TOPIC.test(name)) throw optionError('topic', 'name, prefix.* or *', name)
  return name.normalize()
}
