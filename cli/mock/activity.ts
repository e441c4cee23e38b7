import type { Clock } from '../../src/index.ts'
import type { MockActivity } from '../../testing/node.ts'
import { formatDuration } from '../terminal/time.ts'
import { visible } from '../terminal/visible.ts'

type Seen = MockActivity['request']

/**
 * The events of a mock server, a line each: how a request was answered, and how a stream ended. Requests are numbered, as
 * several streams of one path are open at a time.
 */
export function createMockLog(
  clock: Pick<Clock, 'now'>,
  note: (line: string) => void,
): (activity: MockActivity) => void {
  const open = new Map<Seen, { readonly number: number; answered?: 'stream' | 'otherwise'; at: number }>()
  let last = 0

  /** Without its query, which may be a secret. */
  const name = ({ method, path, lastEventId }: Seen): string =>
    visible(`${method} ${path}${lastEventId && ` after ${lastEventId}`}`)

  return (activity) => {
    const { request } = activity
    if (activity.type === 'request') {
      open.set(request, { number: ++last, at: clock.now() })
      return
    }
    const known = open.get(request)
    if (!known) return
    if (activity.type === 'response') {
      const { status, isStream } = activity
      known.answered = isStream ? 'stream' : 'otherwise'
      known.at = clock.now()
      note(`#${known.number} ${name(request)}: ${isStream && status === 200 ? 'stream' : status}`)
      return
    }
    open.delete(request)
    const after = formatDuration(clock.now() - known.at)
    const who = activity.by === 'client' ? 'the client' : 'the mock'
    if (known.answered === 'stream') note(`#${known.number} ended by ${who} after ${after}`)
    if (!known.answered)
      note(`#${known.number} ${name(request)}: broken off by ${who} after ${after}, without an answer`)
  }
}
