import type { Observer, SSEError } from '../../src/index.ts'
import { formatDuration } from '../duration.ts'
import type { Log } from '../log.ts'
import { cut, visible } from '../visible.ts'
import { detailLines, keptLine } from './details.ts'
import type { Kept } from './kept.ts'
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
import type { Events } from './payload.ts'
import { reasonOf } from './reason.ts'
import type { Report } from './tap.ts'

/** Tells on stderr what happens to the connection. */
export interface Narrator {
  readonly observer: Observer<Events>
  hear(report: Report): void
  kept(event: Kept): void
  /** A failure in words, with what the server said of it. */
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
  let excerpt = ''
  let requested = ''
  /** The core is being told that the response is good: what it says of that now belongs into one line. */
  let opening = false
  /** A repeat has come on this connection. */
  let repeats = false
  let completion = ''

  function why(error: SSEError): string {
    const location = (error.status && response?.headers.get('location')) || undefined
    const said =
      (error.status || error.code === 'content-type') && excerpt
        ? `; the server says: ${cut(visible(excerpt), 300)}`
        : ''
    return reasonOf(error, formatDuration(connectTimeout), location && absolute(location, address)) + said
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
        log.note(opening ? openNotice(recovered, requested, paint) : recoveredNotice(recovered, requested))
        opening = false
      },
      onRetry: (retry) => log.note(waitNotice(retry, why(retry.error), paint)),
      onGap: (gap) => log.note(gapNotice(gap, paint)),
      onInvalid: (invalid) => log.note(invalidNotice(invalid, paint)),
    },
    kept(event) {
      if (event.isRepeat && !repeats) log.note(repeatNotice(event))
      // Else the next connection would come out of the blue.
      if (!event.isRepeat && event.type === 'goodbye') log.note('the server says goodbye: on to another connection')
      repeats ||= event.isRepeat
      log.detail([keptLine(event)])
    },
    hear(report) {
      if (report.kind === 'request') {
        address = report.url
        response = undefined
        excerpt = ''
      }
      if (report.kind === 'response') response = report.response
      if (report.kind === 'excerpt') excerpt = report.text
      if (report.kind === 'unfinished') log.note(unfinishedNotice(report, paint))
      if (report.kind === 'end')
        completion = report.reason === 'stop' ? 'status 204: there is nothing more' : 'the response is complete'
      if (report.kind === 'opening') {
        opening = true
        repeats = false
        requested = report.requested
      }
      if (report.kind === 'opened' && opening) {
        opening = false
        log.note(openNotice(undefined, requested, paint))
      }
      log.detail(detailLines(report))
    },
  }
}

const absolute = (location: string, base: string): string =>
  URL.canParse(location, base) ? new URL(location, base).href : location
