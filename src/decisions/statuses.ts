import type { SSEError } from '../base/errors.ts'

/**
 * The kind of a failure. `retry`: it may pass · `doubtful`: a deployment or a captive portal explains it, else it is final ·
 * `cursor`: the server does not accept the last event id · `credentials`: it does not accept the user. Every other is final:
 * asking again changes nothing.
 */
export type Nature = 'retry' | 'doubtful' | 'cursor' | 'credentials' | 'sent' | 'new-param' | 'fatal'

/** The last event id that a request had. `new-param`: in its URL, where no connection has had one before. */
export type CursorSent = 'none' | 'sent' | 'new-param'

/**
 * The meaning of a status that opens no stream; 200 stands for a wrong content type. `sent` and `new-param` mean `cursor` if
 * the request had such a last event id, else they are final: too old or too long; a strict server or a signed URL. Of the
 * statuses that are not here, 5xx is `retry`, every other is final. docs/behaviour.md shows this table.
 */
export const STATUSES: Readonly<Record<number | string, Nature>> = {
  200: 'doubtful',
  400: 'new-param',
  401: 'credentials',
  403: 'new-param',
  404: 'doubtful',
  408: 'retry',
  409: 'cursor',
  410: 'sent',
  412: 'sent',
  414: 'sent',
  421: 'retry',
  425: 'retry',
  429: 'retry',
  431: 'sent',
  501: 'fatal',
  505: 'fatal',
  options: 'fatal',
}

export function natureOf({ code, status }: SSEError, cursor: CursorSent): Nature {
  const nature = STATUSES[status ?? code] ?? ((status as number) < 500 ? 'fatal' : 'retry')
  return nature === cursor || (nature === 'sent' && cursor !== 'none') ? 'cursor' : nature
}
