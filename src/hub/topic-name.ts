import { optionError } from '../base/check.ts'

/**
 * A name is `prefix.*`, `*`, or up to 200 letters, digits and `. _ : / -`. The server normalises names as well: what looks the
 * same is the same topic.
 * @returns The name in Unicode's normal form C.
 * @throws SSEError `options` for a name that no server grants.
 */
export function checkTopic(name: unknown): string {
  if (typeof name !== 'string' || !/^(\*|[\p{L}\p{M}\p{N}._:/-]{1,200}(\.\*)?)$/u.test(name))
    throw optionError('topic', 'name, prefix.* or *', name)
  return name.normalize()
}
