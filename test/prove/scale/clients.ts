import { createHubClient } from 'headwater/hub'
import type { Notes } from './notes.ts'

/** Clients of the hubs, each to another process with each attempt, as behind a load balancer. */
export class Clients {
  readonly #notes: Notes
  readonly #close: (() => void)[] = []
  readonly #last: (() => string)[] = []

  constructor(notes: Notes, urls: readonly string[], count: number) {
    this.#notes = notes
    for (let n = 0; n < count; n++) this.#add(urls, n)
  }

  /** How many have heard this last. */
  haveHeard(texts: ReadonlySet<string>): number {
    return this.#last.filter((last) => texts.has(last())).length
  }

  get count(): number {
    return this.#close.length
  }

  close(): void {
    for (const close of this.#close) close()
  }

  #add(urls: readonly string[], first: number): void {
    const history = this.#notes.begin()
    let attempts = first
    let last = ''
    const client = createHubClient<{ n: string }>(() => urls[attempts++ % urls.length] ?? '', {
      retry: { initial: 100, max: 2000 },
      onGap: (gap) => history.push({ kind: 'gap', gap }),
    })
    client.subscribe('n', (text, { id }) => {
      last = text
      history.push({ kind: 'event', text, id })
    })
    this.#close.push(() => client.close())
    this.#last.push(() => last)
  }
}
