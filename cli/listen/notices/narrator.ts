import { isSSEError, type Observer, type SSEError } from '../../../src/index.ts'
import type { Log } from '../../terminal/log.ts'
import { formatDuration } from '../../terminal/time.ts'
import { cut, visible } from '../../terminal/visible.ts'
import type { Events } from '../output/payload.ts'
import type { Kept } from '../traffic/kept.ts'
import type { Report } from '../traffic/tap.ts'
import { detailLines, keptLine } from './details.ts'
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
import { excerptOf, reasonOf } from './reason.ts'

/** Writes to stderr what happens to the connection. */
export interface Narrator {
  readonly observer: Observer<Events>
  hear(report: Report): void
  kept(event: Kept): void
  /** A failure in words, with the beginning of the server's answer. */
  why(error: SSEError): string
  /** Why the stream ended, where nothing failed. */
  readonly completion: string
}

/**
 * @param url - As it is shown.
 * @param connectTimeout - In milliseconds.
 */
export function createNarrator(log: Log, url: string, connectTimeout: number): Narrator {
  const { paint } = log
  /** Of the last request. */
  let address = url
  let response: Response | undefined
  let requested = ''
  /** A repeat has come on this connection. */
  let repeats = false
  let completion = ''

  function why(error: SSEError): string {
    const location = (error.status && response?.headers.get('location')) || undefined
    const excerpt = excerptOf(error, response)
    const answer = excerpt && `; the server says: ${cut(visible(excerpt), 300)}`
    return reasonOf(error, formatDuration(connectTimeout), location && absolute(location, address)) + answer
  }

  return {
    why,
    get completion() {
      return completion
    },
    observer: {
      onState(state) {
        const notice = stateNotice(state, url)
        if (notice) log.note(notice)
      },
      onOpen({ recovered }) {
        // Else there is nothing that the notice of the opening has not said.
        if (requested || recovered === true) log.note(recoveredNotice(recovered, requested))
      },
      onRetry: (retry) => log.note(waitNotice(retry, why(retry.error), paint)),
      onGap: (gap) => log.note(gapNotice(gap, paint)),
      onInvalid: (invalid) => log.note(invalidNotice(invalid, paint)),
    },
    kept(event) {
      if (event.isRepeat && !repeats) log.note(repeatNotice(event))
      // It explains the next connection.
      if (!event.isRepeat && event.type === 'goodbye') log.note('the server says goodbye: on to another connection')
      repeats ||= event.isRepeat
      log.detail([keptLine(event)])
    },
    hear(report) {
      if (report.kind === 'request') {
        address = report.url
        response = undefined
      }
      if (report.kind === 'response') response = report.response
      if (report.kind === 'unfinished') log.note(unfinishedNotice(report, paint))
      if (report.kind === 'opening') {
        repeats = false
        requested = report.requested
        // At once: the core may wait for the server's first words, for up to a second.
        log.note(openNotice(requested, paint))
      }
      if (report.kind === 'end') {
        const { reason } = report
        completion = reason === 'stop' ? 'status 204: there is nothing more' : 'the response is complete'
        const excerpt = isSSEError(reason) && excerptOf(reason, response)
        if (excerpt) log.detail([`< ${visible(excerpt)}`])
      }
      log.detail(detailLines(report))
    },
  }
}

const absolute = (location: string, base: string): string =>
  URL.canParse(location, base) ? new URL(location, base).href : location
