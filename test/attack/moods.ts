import type { SSEClient, SSEOptions } from '../../src/index.ts'
import { handled, keepCursor } from '../../src/resume/index.ts'
import type { Mood } from './case.ts'
import { sleep } from './site.ts'

/*
 * The page's own functions, which misbehave as often as a case says and then behave.
 */

/** The client as the page's functions reach it. */
type Control = Pick<SSEClient, 'close' | 'connect' | 'disconnect' | 'reconnect'>

export interface Page {
  /** The option `url`: a function, too. */
  readonly url: () => string
  /** The options that are functions of the page. */
  options(commit: boolean): SSEOptions
  /** Does what comes next at this place. @returns What the function answers. */
  mood(at: string): unknown
  control(client: Control): void
  /** The page has closed the client. */
  isClosed(): boolean
}

/** What misbehaviour is possible in any function. */
const DOES: Readonly<Record<string, () => unknown>> = {
  throw() {
    throw Error('of the page')
  },
  throwNothing() {
    throw undefined
  },
  reject: () => Promise.reject(Error('of the page')),
  never: () => new Promise(() => {}),
  late: () => sleep(20),
  // Promises of a foreign kind: one that answers twice, one that answers with itself, and two that cannot be asked.
  twice: () => ({
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried here.
    then(resolve?: (value: unknown) => void, reject?: (reason: unknown) => void) {
      resolve?.(undefined)
      reject?.(Error('of the page'))
      resolve?.(undefined)
    },
  }),
  badThen: () => ({
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried here.
    then() {
      throw Error('of a thenable')
    },
  }),
  badGetter: () => ({
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried here.
    get then(): unknown {
      throw Error('of a getter')
    },
  }),
}

/** Answers of a wrong kind, by the place. */
const ODD: Readonly<Record<string, unknown>> = {
  url: 'javascript:alert(1)',
  headers: { 'bad name': 'x' },
  load: { id: 1 },
  retry: Number.NaN,
}

export const PLACES: readonly string[] = [
  ...['url', 'headers', 'onUnauthorized', 'load', 'save', 'retry', 'handler'],
  ...['onState', 'onOpen', 'onEvent', 'onRetry'],
]
export const DEEDS: readonly string[] = [...Object.keys(DOES), 'odd', 'close', 'connect', 'disconnect', 'reconnect']

/** Whether a place can do this. */
export const isPossible = ({ at, does }: Mood): boolean =>
  // It never runs twice at a time, so one that never answers is never asked again: that is documented.
  !(at === 'onUnauthorized' && does === 'never') &&
  // Its answer is a number, and TypeScript says so.
  !(at === 'retry' && /reject|never|late|twice|bad/.test(does))

export function createPage(moods: readonly Mood[], url: string): Page {
  const left = [...moods]
  let client: Control | undefined
  let isClosed = false

  function mood(at: string): unknown {
    const index = left.findIndex((each) => each.at === at)
    if (index < 0 || !client) return undefined
    const [next] = left.splice(index, 1)
    const does = next?.does ?? ''
    if (does === 'odd') return ODD[at] ?? 42
    if (DOES[does]) return DOES[does]()
    isClosed ||= does === 'close'
    client[does as keyof Control]()
    return undefined
  }

  /** TypeScript takes it for what it should be. */
  const or = <T>(answer: unknown, good: T): T => (answer === undefined ? good : (answer as T))

  return {
    url: () => or(mood('url'), url),
    options: (commit) => ({
      headers: () => or(mood('headers'), {}),
      onUnauthorized: () => mood('onUnauthorized'),
      retry: () => or(mood('retry'), 100),
      resume: keepCursor(
        { load: () => or(mood('load'), ''), save: () => mood('save') },
        // The URL is a function.
        { scope: 'attack' },
      ),
      ...(commit && { commit: handled() }),
      onOpen: () => mood('onOpen') as undefined,
      onEvent: () => mood('onEvent') as undefined,
      onRetry: () => mood('onRetry') as undefined,
    }),
    mood,
    control(given) {
      client = given
    },
    isClosed: () => isClosed,
  }
}
