import {
  type ConnectionState,
  isSSEError,
  type Retry,
  type SSEClient,
  type SSEError,
  type SSEEvent,
} from '../../src/index.ts'
import type { Host } from '../host.ts'
import type { Log } from '../terminal/log.ts'
import { createClient } from './client.ts'
import {
  type Circumstances,
  type Ending,
  endedByCount,
  endedByFailure,
  endedByOutput,
  endedBySignal,
  endedBySleep,
  endedByTime,
} from './ending.ts'
import { Narrator } from './notices/narrator.ts'
import { HELD_BACK } from './notices/reason.ts'
import type { ListenOptions } from './options/options.ts'
import type { ReadyRequest } from './options/request.ts'
import type { Events } from './output/payload.ts'
import { createPrinter, type Print } from './output/printer.ts'
import type { Tally } from './stats/tally.ts'
import { type ConsumedWatch, watchConsumed } from './traffic/consumed.ts'
import type { Report } from './traffic/tap.ts'

/** The parts of one run of the command. */
export interface SessionParts {
  readonly options: ListenOptions
  readonly request: ReadyRequest
  readonly host: Host
  readonly log: Log
  readonly tally: Tally
}

/** How it ended, and where. */
export interface Ended extends Ending {
  /** Where to resume; '' if there is nothing to resume. */
  readonly lastEventId: string
}

/**
 * A client of the core's, and what is printed of it. The core decides when to retry and where to resume, and finds out what was
 * lost. The session decides when to end.
 */
export class Session {
  readonly #parts: SessionParts
  readonly #place: string
  readonly #narrator: Narrator
  readonly #consumed: ConsumedWatch
  readonly #print: Print
  readonly #sse: SSEClient<Events>
  readonly #stops: (() => void)[] = []
  #isReached = false
  /** The last response has ended. */
  #isOver = false
  /** Why the last attempt failed, in words. */
  #trouble = `no response headers yet; ${HELD_BACK}`
  /** The id that the last event brought along. */
  #ownId: string | undefined
  #shown = 0
  /** The last event that a handler was called with. */
  #last: object | undefined
  /** Undefined before it has started, and after it has ended. */
  #resolve: ((ended: Ended) => void) | undefined

  /** @throws UsageError for what only the core finds wrong. */
  constructor(parts: SessionParts) {
    const { options, request, host, log, tally } = parts
    this.#parts = parts
    this.#place = options.address.url.replace(/[?#].*/, '')
    this.#narrator = new Narrator(log, this.#place, options.connectTimeout)
    this.#consumed = watchConsumed((event) => {
      tally.onConsumed(event)
      this.#narrator.onConsumed(event)
    })
    this.#print = createPrinter(options, host.stdout)
    this.#sse = createClient(options, request, host, {
      onReport: (report) => this.#onReport(report),
      isOver: () => this.#isOver,
      onState: (state) => this.#onState(state),
      onRetry: (retry) => this.#onRetry(retry),
    })
  }

  /** Runs until there is a reason to end. */
  async run(): Promise<Ended> {
    const ended = await new Promise<Ended>((resolve) => {
      this.#resolve = resolve
      this.#start()
    })
    for (const stop of this.#stops) stop()
    return ended
  }

  #start(): void {
    const { options, request, host, log, tally } = this.#parts
    for (const { observer } of [tally, this.#narrator, this.#consumed]) this.#sse.observe(observer)
    for (const pattern of options.patterns) this.#sse.subscribe(pattern, (_, event) => this.#show(event))
    this.#stops.push(host.onSignal((signal) => this.#end(endedBySignal(signal))))
    this.#watchOutput()
    this.#limitTime()
    if (!options.once && request.body) log.note('the body is sent again at each reconnect; --once sends it once')
  }

  #watchOutput(): void {
    const { stdout, stderr } = this.#parts.host
    const onError = (error: NodeJS.ErrnoException): void => this.#end(endedByOutput(error))
    // A reader of both through one pipe would be noticed only with the next event. Otherwise the events count more than the notices.
    const onMute = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EPIPE') this.#end(endedByOutput(error))
    }
    stdout.on('error', onError)
    stderr.on('error', onMute)
    this.#stops.push(() => {
      stdout.off('error', onError)
      stderr.off('error', onMute)
    })
  }

  #limitTime(): void {
    const { options, host } = this.#parts
    const { duration } = options
    if (duration === undefined) return
    const end = (): void => this.#end(endedByTime(this.#circumstances, duration, this.#trouble))
    const timer = host.clock.setTimeout(end, duration)
    this.#stops.push(() => host.clock.clearTimeout(timer))
  }

  get #circumstances(): Circumstances {
    return { place: this.#place, isReached: this.#isReached }
  }

  #onState(state: ConnectionState): void {
    if (this.#parts.options.once && this.#isReached && state.status === 'connecting')
      this.#end(endedBySleep(this.#place))
    if (state.status !== 'closed') return
    if (state.error) this.#fail(state.error)
    else this.#end({ code: 0, note: this.#narrator.completion })
  }

  #onRetry({ error }: Retry): void {
    if (!this.#isReached && !this.#parts.options.wait) this.#fail(error)
    else this.#trouble = this.#narrator.why(error)
  }

  #onReport(report: Report): void {
    const { options, tally } = this.#parts
    if (report.kind === 'event') this.#ownId = report.id
    if (report.kind === 'opening') this.#isReached = true
    this.#isOver = report.kind === 'end'
    for (const each of [tally, this.#narrator, this.#consumed]) each.onReport(report)
    if (options.once && report.kind === 'end') this.#endOnce(report.reason)
  }

  /** With --once, the end of the first response is the end. */
  #endOnce(reason: unknown): void {
    if (reason === 'eof') this.#end({ code: 0, note: this.#narrator.completion, isComplete: true })
    // Else the core might send the request again, without its last event id. It turns any other error into an SSEError.
    if (isSSEError(reason)) this.#fail(reason)
  }

  #show(event: SSEEvent<Events>): void {
    // Several patterns may fit.
    if (event === this.#last) return
    this.#last = event
    if (!this.#print(event, this.#ownId)) return
    this.#parts.tally.shown()
    this.#shown++
    if (this.#shown >= this.#parts.options.count) this.#end(endedByCount(this.#shown))
  }

  #fail(error: SSEError): void {
    this.#end(endedByFailure(this.#circumstances, error, this.#narrator.why(error)))
  }

  /** The first reason counts. */
  #end(why: Ending): void {
    const resolve = this.#resolve
    if (!resolve) return
    this.#resolve = undefined
    const lastEventId = why.isComplete ? '' : this.#sse.lastEventId
    this.#sse.close()
    resolve({ ...why, lastEventId })
  }
}
