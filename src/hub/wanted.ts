import { createTimer, type Timer } from '../base/clock.ts'
import type { Host } from '../transports/transport.ts'
import { checkTopic } from './topic-name.ts'

/** The topics that have subscribers. One that has none any more stays for `linger`: a component may be mounted again. */
export interface Wanted {
  wanted(): readonly string[]
  /** One more subscriber. @returns One fewer. */
  _add(name: string): () => void
  /** Forgets those that have no subscriber any more, at once. */
  _forgetLeft(): void
}

/** @param changed - Called when a topic has its first subscriber, or is left. */
export function createWanted({ options }: Host, always: unknown, changed: () => unknown): Wanted {
  const { clock, linger } = options
  const wanted = new Map<string, { _count: number; readonly _wake: Timer }>()

  function want(name: string): () => void {
    const topic = wanted.get(name) ?? { _count: 0, _wake: createTimer(clock) }
    wanted.set(name, topic)
    topic._count++
    topic._wake()
    changed()
    return () => {
      topic._count--
      if (!topic._count)
        topic._wake(linger, () => {
          wanted.delete(name)
          changed()
        })
    }
  }

  for (const name of [always ?? []].flat()) want(checkTopic(name))
  return {
    wanted: () => [...wanted.keys()],
    _add: want,
    _forgetLeft() {
      for (const [name, { _count, _wake }] of wanted) {
        if (_count) continue
        _wake()
        wanted.delete(name)
      }
    },
  }
}
