import { hub } from '../../src/hub/index.ts'
import {
  createSSE,
  fetchTransport,
  isSSEError,
  type SSEClient,
  type SSEError,
  type SSEOptions,
} from '../../src/index.ts'
import { UsageError } from '../command-line/args.ts'
import type { Host, Signal } from '../host.ts'
import { createLog } from '../terminal/log.ts'
import { createPaint } from '../terminal/palette.ts'
import { formatDuration } from '../terminal/time.ts'
import { createNarrator } from './notices/narrator.ts'
import { resumeHint } from './notices/notices.ts'
import { HELD_BACK } from './notices/reason.ts'
import { hubOnce } from './once.ts'
import { type ListenOptions, readListenOptions } from './options/options.ts'
import { type ReadyRequest, readRequest } from './options/request.ts'
import { type Events, payloadParser } from './output/payload.ts'
import { createPrinter } from './output/printer.ts'
import { statsTable } from './stats/stats-table.ts'
import { createTally } from './stats/tally.ts'
import { createGate } from './traffic/gate.ts'
import { createKeeper } from './traffic/kept.ts'
import { type Report, tap } from './traffic/tap.ts'

/*
 * `headwater listen`: a client of the core's, and what is printed of it. The core decides when to retry and where to resume,
 * and finds out what was lost. Here is decided when to end.
 */

/** Why it ends. */
interface Ending {
  readonly code: number
  /** For stderr, but not with --quiet. */
  readonly note?: string
  /** For stderr, always. */
  readonly error?: string
  /** There is nothing to resume: the response came to its end. */
  readonly isComplete?: boolean
}

const SIGNAL_CODES: Readonly<Record<Signal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

/**
 * Runs until there is a reason to end.
 * @returns The exit code.
 * @throws UsageError
 */
export async function listen(argv: readonly string[], host: Host): Promise<number> {
  const options = readListenOptions(argv)
  const request = await readRequest(options, host.stdin)
  const { clock, stdout, stderr } = host
  /** Without its query, which may be a secret. */
  const place = options.address.url.replace(/[?#].*/, '')
  const log = createLog(stderr, options.verbosity, clock, createPaint(stderr))
  const narrator = createNarrator(log, place, options.connectTimeout)
  const tally = createTally(clock)
  const print = createPrinter(options, stdout)
  const keeper = createKeeper((event) => {
    tally.kept(event)
    narrator.kept(event)
  })

  /** A response has been good at least once. */
  let reached = false
  /** The last response has ended. */
  let isOver = false
  /** Why the last attempt failed, in words. */
  let trouble = `no response headers yet; ${HELD_BACK}`
  let ownId: string | undefined
  let ending: Ending | undefined
  let lastEventId = ''
  let resolveEnded = (): void => {}
  const ended = new Promise<void>((resolve) => {
    resolveEnded = resolve
  })

  function end(why: Ending): void {
    if (ending) return
    ending = why
    lastEventId = why.isComplete ? '' : sse.lastEventId
    sse.close()
    resolveEnded()
  }

  function fail(error: SSEError): void {
    const what = error.code === 'network' && !reached ? `cannot reach ${place}` : place
    end({ code: 1, error: `${what}: ${narrator.why(error)}` })
  }

  function hear(report: Report): void {
    if (report.kind === 'event') ownId = report.id
    if (report.kind === 'opening') reached = true
    isOver = report.kind === 'end'
    tally.hear(report)
    narrator.hear(report)
    keeper.hear(report)
    if (options.once && report.kind === 'end') endOnce(report.reason)
  }

  /** With --once, the end of the first response is the end. */
  function endOnce(reason: unknown): void {
    if (reason === 'eof') end({ code: 0, note: narrator.completion, isComplete: true })
    // Else the core might send the request again, without its last event id. What is no SSEError yet, it makes one of.
    if (isSSEError(reason)) fail(reason)
  }

  const sse = createClient(options, request, {
    clock,
    server: options.once ? hubOnce(options.topics, () => isOver) : hub({ topics: options.topics }),
    fetch: host.fetch,
    transport: tap(fetchTransport(), createGate([stdout, stderr], clock), clock, hear),
    onState(state) {
      // In place of a connection that is silent after a sleep, and may be dead.
      if (options.once && reached && state.status === 'connecting')
        end({ code: 1, error: `${place}: silent after a sleep, and --once sends the request only once` })
      if (state.status !== 'closed') return
      if (state.error) fail(state.error)
      else end({ code: 0, note: narrator.completion })
    },
    onRetry({ error }) {
      if (!reached && !options.wait) fail(error)
      else trouble = narrator.why(error)
    },
  })
  sse.observe(tally.observer)
  sse.observe(narrator.observer)
  sse.observe(keeper.observer)

  let shown = 0
  let last: object | undefined
  for (const pattern of options.patterns) {
    sse.subscribe(pattern, (_, event) => {
      // Several patterns may fit.
      if (event === last) return
      last = event
      if (!print(event, ownId)) return
      tally.shown()
      if (++shown >= options.count) end({ code: 0, note: `${shown} ${shown === 1 ? 'event' : 'events'} shown` })
    })
  }

  const offSignal = host.onSignal((signal) => end({ code: SIGNAL_CODES[signal], note: signal }))
  const onError = (error: NodeJS.ErrnoException): void =>
    // The reader has had enough.
    end(error.code === 'EPIPE' ? { code: 0 } : { code: 1, error: `cannot write to stdout: ${error.message}` })
  stdout.on('error', onError)
  // A reader of both through one pipe would be noticed only with the next event. Otherwise the events count more than the notices.
  const onMute = (error: NodeJS.ErrnoException): void => (error.code === 'EPIPE' ? end({ code: 0 }) : undefined)
  stderr.on('error', onMute)
  const { duration } = options
  const timer =
    duration !== undefined &&
    clock.setTimeout(() => {
      const time = formatDuration(duration)
      end(
        reached
          ? { code: 0, note: `time is up (${time})` }
          : { code: 1, error: `${place}: not open within ${time}: ${trouble}` },
      )
    }, duration)
  if (!options.once && request.body) log.note('the body is sent again at each reconnect; --once sends it once')

  await ended
  offSignal()
  stdout.off('error', onError)
  stderr.off('error', onMute)
  if (timer !== false) clock.clearTimeout(timer)
  const { code, note, error } = ending ?? { code: 1 }
  if (note) log.note(`closed: ${note}`)
  if (options.stats) log.say(statsTable(tally.stats, clock.now(), lastEventId))
  // Nothing is written about a pipe that was closed.
  else if (lastEventId && (note || error)) log.note(resumeHint(lastEventId))
  if (error) log.say(`${log.paint('red', 'headwater:')} ${error}`)
  return code
}

/** @throws UsageError for what only the core finds wrong. */
function createClient(options: ListenOptions, request: ReadyRequest, own: SSEOptions<Events>): SSEClient<Events> {
  const { once, heartbeat, connectTimeout, lastEventId, parse } = options
  try {
    return createSSE<Events>(options.address.url, {
      ...request,
      heartbeat,
      connectTimeout,
      lastEventId,
      parse: payloadParser(parse),
      ...(once && { retry: false }),
      ...own,
    })
  } catch (error) {
    throw isSSEError(error) && error.code === 'options' ? new UsageError(error.message) : error
  }
}
