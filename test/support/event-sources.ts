import type { MockStream } from 'headwater/testing'

/** The EventSource of a mock, and what was made of it. */
export interface Sources {
  readonly EventSource: typeof globalThis.EventSource
  /** Each one, oldest first. */
  readonly made: readonly EventSource[]
  /** The names that one is listened to for. */
  namesOf(source: EventSource | undefined): readonly string[]
}

/** @param stream - The server that they connect to. */
export function recordSources({ EventSource }: Pick<MockStream, 'EventSource'>): Sources {
  const made: EventSource[] = []
  const names = new Map<EventSource | undefined, readonly string[]>()
  class RecordedSource extends EventSource {
    constructor(url: string | URL, init?: EventSourceInit) {
      super(url, init)
      made.push(this)
      const heard: string[] = []
      names.set(this, heard)
      const listen: EventTarget['addEventListener'] = this.addEventListener.bind(this)
      const addEventListener: typeof listen = (name, listener) => {
        heard.push(name)
        listen(name, listener)
      }
      Object.assign(this, { addEventListener })
    }
  }
  return { EventSource: RecordedSource, made, namesOf: (source) => names.get(source) ?? [] }
}
