import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { createClock, createMockStream, type MockStream, type Step, type TestClock } from 'headwater/testing'
import type { Host, Signal } from '../../cli/host.ts'

/** A terminal without a process: keeps what is written, and has a server and a clock at hand. */
export interface Terminal {
  readonly host: Host
  readonly clock: TestClock
  readonly stream: MockStream
  readonly out: Screen
  readonly err: Screen
  /** How many listen for signals. */
  listeners(): number
  signal(name: Signal): void
}

/** A stream that keeps what it is given. */
export class Screen extends Writable {
  text = ''
  isTTY: boolean
  /** What waits to be taken, while it takes nothing. */
  held: (() => void) | undefined
  holds = false

  constructor(isTTY = false) {
    super({ decodeStrings: false, highWaterMark: 100 })
    this.isTTY = isTTY
  }

  /** The lines, without colours and the time that each begins with. */
  get lines(): string[] {
    return stripVTControlCharacters(this.text)
      .replace(/^\d\d:\d\d:\d\d\.\d{3} /gm, '')
      .split('\n')
      .slice(0, -1)
  }

  override _write(chunk: string, _: string, done: () => void): void {
    this.text += chunk
    if (this.holds) this.held = done
    else done()
  }
}

interface TerminalOptions {
  readonly script?: readonly (readonly Step[])[]
  readonly tty?: boolean
  readonly stdin?: readonly string[]
  readonly fetch?: typeof globalThis.fetch
  readonly folder?: string
}

export function terminal({ script, tty = false, stdin = [], fetch, folder = '/' }: TerminalOptions = {}): Terminal {
  const clock = createClock()
  const stream = createMockStream({ clock, ...(script && { script }) })
  const out = new Screen(tty)
  const err = new Screen(tty)
  const listeners = new Set<(signal: Signal) => void>()
  const host: Host = {
    stdout: out,
    stderr: err,
    stdin: (async function* () {
      yield* stdin
    })(),
    fetch: fetch ?? stream.fetch,
    clock,
    folder,
    onSignal(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return {
    host,
    clock,
    stream,
    out,
    err,
    listeners: () => listeners.size,
    signal(name) {
      for (const listener of listeners) listener(name)
    },
  }
}
