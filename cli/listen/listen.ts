import {
  createSSE,
  fetchTransport,
  isSSEError,
  type SSEClient,
  type SSEError,
  type SSEOptions,
} from '../../src/index.ts'
import { UsageError } from '../args.ts'
import { formatDuration } from '../duration.ts'
import type { Host, Signal } from '../host.ts'
import { createLog } from '../log.ts'
import { createPaint } from '../palette.ts'
import { createGate } from './gate.ts'
import { createKeeper } from './kept.ts'
import { createNarrator } from './narrator.ts'
import { resumeHint } from './notices.ts'
import { type ListenOptions, readListenOptions } from './options.ts'
import { type Events, payloadParser } from './payload.ts'
import { createPrinter } from './printer.ts'
import { HELD_BACK } from './reason.ts'
import { type ReadyRequest, readRequest } from './request.ts'
import { statsTable } from './stats-table.ts'
import { createTally } from './tally.ts'
import { type Report, tap } from './tap.ts'

/*
 * `headwater listen`: a subscription of the core's, and what is printed of it. When to try again, where to resume and what was
 * lost is the core's to know; here is when to end.
 */

/** Why it ends. */
interface Ending {
  readonly code: number
  /** Said on stderr, unless that is to be quiet. */
  readonly note?: string
  /** Said on stderr in any case. */
  readonly error?: string
}

const SIGNAL_CODES: Readonly<Record<Signal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

/**
 * Runs until it is to end.
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

  /** A connection has been open at least once. */
  let reached = false
  /** Why the last try failed, in words. */
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
    // Closing a request forgets it, as a complete one has: there is nothing to go on from.
    lastEventId = sse.lastEventId
    sse.close()
    resolveEnded()
  }

  function fail(error: SSEError): void {
    const what = error.code === 'network' && !reached ? `cannot reach ${place}` : place
    end({ code: 1, error: `${what}: ${narrator.why(error)}` })
  }

  function hear(report: Report): void {
    if (report.kind === 'event') ownId = report.id
    tally.hear(report)
    narrator.hear(report)
    keeper.hear(report)
  }

  const sse = subscription(options, request, {
    clock,
    fetch: host.fetch,
    transport: tap(fetchTransport(), createGate([stdout, stderr], clock), clock, hear),
    onState(state) {
      if (state.status === 'open') reached = true
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
    // Whoever reads has had enough.
    end(error.code === 'EPIPE' ? { code: 0 } : { code: 1, error: `cannot write to stdout: ${error.message}` })
  stdout.on('error', onError)
  // Whoever reads both through one pipe would be waited for until the next event. Else events are worth more than what is said of them.
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
  // A pipe that was closed is left without a word.
  else if (lastEventId && (note || error)) log.note(resumeHint(lastEventId))
  if (error) log.say(`${log.paint('red', 'headwater:')} ${error}`)
  return code
}

/** @throws UsageError for what only the core finds wrong. */
function subscription(options: ListenOptions, request: ReadyRequest, own: SSEOptions<Events>): SSEClient<Events> {
  const { once, heartbeat, connectTimeout, lastEventId, topics, parse } = options
  try {
    return createSSE<Events>(options.address.url, {
      ...request,
      heartbeat,
      connectTimeout,
      lastEventId,
      topics,
      parse: payloadParser(parse),
      // Once is once, even where the server has sent ids to resume from.
      ...(once && { mode: 'request', retry: false }),
      ...own,
    })
  } catch (error) {
    throw isSSEError(error) && error.code === 'options' ? new UsageError(error.message) : error
  }
}
