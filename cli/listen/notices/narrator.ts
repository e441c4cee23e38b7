import { isSSEError, type Observer, type SSEError } from '../../../src/index.ts'
import type { Log } from '../../terminal/log.ts'
import { formatDuration } from '../../terminal/time.ts'
import { cut, visible } from '../../terminal/visible.ts'
import type { Events } from '../output/payload.ts'
import type { Consumed } from '../traffic/consumed.ts'
import type { Report } from '../traffic/tap.ts'
import { consumedLine, detailLines } from './details.ts'
import {
  gapNotice,
  invalidNotice,
  openNotice,
  recoveredNotice,
  repeatNotice,
  stateNotice,
  unfinishedNotice,
  waitNotice,
} from './notices.ts'
import { excerptOf, NOTHING_CAME, reasonOf } from './reason.ts'

/** Writes to stderr what happens to the connection. */
export class Narrator {
  readonly #log: Log
  readonly #url: string
  readonly #connectTimeout: number
  /** Of the last request. */
  #address: string
  #response: Response | undefined
  #requested = ''
  /** A repeat has come on this connection. */
  #hasRepeats = false
  /** Something has come since the response headers. */
  #hasHeard = false
  #completion = ''

  /**
   * @param url - As it is shown.
   * @param connectTimeout - In milliseconds.
   */
  constructor(log: Log, url: string, connectTimeout: number) {
    this.#log = log
    this.#url = url
    this.#connectTimeout = connectTimeout
    this.#address = url
  }

  readonly observer: Observer<Events> = {
    onState: (state) => {
      const notice = stateNotice(state, this.#url)
      if (notice) this.#log.note(notice)
    },
    onOpen: ({ recovered }) => {
      // Otherwise the notice of the opening has everything.
      if (this.#requested || recovered === true) this.#log.note(recoveredNotice(recovered, this.#requested))
    },
    onRetry: (retry) => this.#log.note(waitNotice(retry, this.why(retry.error), this.#log.paint)),
    onGap: (gap) => this.#log.note(gapNotice(gap, this.#log.paint)),
    onInvalid: (invalid) => this.#log.note(invalidNotice(invalid, this.#log.paint)),
  }

  /** Why the stream ended, where nothing failed. */
  get completion(): string {
    return this.#completion
  }

  /** A failure in words, with the beginning of the server's answer. */
  why(error: SSEError): string {
    const location = (error.status && this.#response?.headers.get('location')) || undefined
    const excerpt = excerptOf(error, this.#response)
    const answer = excerpt && `; the server says: ${cut(visible(excerpt), 300)}`
    const place = location && absolute(location, this.#address)
    const silent = error.code === 'stalled' && !this.#hasHeard ? `; ${NOTHING_CAME}` : ''
    return reasonOf(error, formatDuration(this.#connectTimeout), place) + answer + silent
  }

  onConsumed(event: Consumed): void {
    if (event.isRepeat && !this.#hasRepeats) this.#log.note(repeatNotice(event))
    // It explains the next connection.
    if (!event.isRepeat && event.type === 'goodbye') this.#log.note('the server says goodbye: on to another connection')
    this.#hasRepeats ||= event.isRepeat
    this.#log.detail([consumedLine(event)])
  }

  onReport(report: Report): void {
    if (report.kind === 'request') {
      this.#address = report.url
      this.#response = undefined
    }
    if (report.kind === 'response') this.#response = report.response
    if (report.kind === 'unfinished') this.#log.note(unfinishedNotice(report, this.#log.paint))
    if (report.kind === 'opening') this.#opened(report.requested)
    else if (report.kind !== 'end') this.#hasHeard = true
    if (report.kind === 'end') this.#ended(report.reason)
    this.#log.detail(detailLines(report))
  }

  /** At once: the core may wait for the server's first words, for up to a second. */
  #opened(requested: string): void {
    this.#hasRepeats = false
    this.#hasHeard = false
    this.#requested = requested
    this.#log.note(openNotice(requested, this.#log.paint))
  }

  #ended(reason: unknown): void {
    this.#completion = reason === 'stop' ? 'status 204: there is nothing more' : 'the response is complete'
    const excerpt = isSSEError(reason) && excerptOf(reason, this.#response)
    if (excerpt) this.#log.detail([`< ${visible(excerpt)}`])
  }
}

const absolute = (location: string, base: string): string =>
  URL.canParse(location, base) ? new URL(location, base).href : location
