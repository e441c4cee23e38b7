import { STATUS_CODES } from 'node:http'
import type { SSEError } from '../../../src/index.ts'
import { withoutSecrets } from '../../terminal/secrets.ts'
import { formatDuration } from '../../terminal/time.ts'
import { visible } from '../../terminal/visible.ts'

/*
 * Why a connection failed, in words for a reader at a terminal. The core's messages are for programmers who use its API. Those of
 * Node's fetch are always "fetch failed"; the cause is beneath.
 */

const CERTIFICATE = 'NODE_EXTRA_CA_CERTS=file.pem names an authority to trust'

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ECONNABORTED: 'connection aborted',
  EPIPE: 'connection closed while the request was sent',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be resolved now',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  EADDRNOTAVAIL: 'the address is not available',
  ETIMEDOUT: 'connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'no response headers in time',
  UND_ERR_BODY_TIMEOUT: "silent for longer than Node's fetch allows",
  UND_ERR_SOCKET: 'the connection broke',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'content-length does not fit the body',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the response is shorter than its content-length',
  DEPTH_ZERO_SELF_SIGNED_CERT: `the certificate is self-signed (${CERTIFICATE})`,
  SELF_SIGNED_CERT_IN_CHAIN: `a certificate of the chain is self-signed (${CERTIFICATE})`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `the certificate's issuer is unknown (${CERTIFICATE})`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `the certificate's issuer is unknown (${CERTIFICATE})`,
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS there (http:// instead of https://?)',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the server does not speak TLS there (http:// instead of https://?)',
  EPROTO: 'the server does not speak TLS there (http:// instead of https://?)',
}

/** The errors that the platform threw, deepest first. */
function causes(error: unknown): readonly { readonly code?: unknown; readonly message: string }[] {
  const found: Error[] = []
  // Causes may form a loop.
  for (let each = error; each instanceof Error && found.length < 8; ) {
    found.unshift(each)
    // Several addresses were tried, and each failed.
    each = each.cause ?? (each instanceof AggregateError ? each.errors[0] : undefined)
  }
  return found
}

/** The codes of gzip and deflate, of Zstandard and of Brotli. */
const DECODING = /^(Z_|ZSTD_|ERR__)/

function ofNetwork({ cause, message }: SSEError): string {
  const known = causes(cause)
  for (const { code } of known) if (typeof code === 'string' && Object.hasOwn(WORDS, code)) return `${WORDS[code]}`
  if (known.some(({ code }) => DECODING.test(`${code}`))) return 'the body is not encoded as its content-encoding says'
  const [deepest] = known
  if (deepest?.message === 'bad port')
    return "fetch refuses this port: it is another protocol's (the Fetch standard's bad ports)"
  if (/Expected HTTP\//.test(`${deepest?.message}`))
    return 'the server does not speak HTTP there (https:// instead of http://?)'
  if (deepest?.message === '')
    return 'fetch does not say why, as after status 407 of a proxy that expects somebody to sign in'
  return deepest?.message || tail(message)
}

/** Why there may be no headers (docs/servers.md): fetch does not say what it waits for. */
export const HELD_BACK = 'nobody answers, or the server or a proxy that collects holds them back'

/** Why a stream may be open and silent from the start (docs/proxies.md): the server itself begins with a few bytes. */
export const NOTHING_CAME = 'nothing has come since the response headers: a proxy may hold the events back'

/** The core begins its messages with the URL. */
const tail = (message: string): string => message.slice(message.indexOf(': ') + 2)

const HINTS: Readonly<Record<number, string>> = {
  401: " (-H 'authorization: Bearer …' signs in)",
  405: ' (-X names another method)',
}

/** A response that redirects, if it has a `location` (Fetch 2.2.3, "redirect status"). */
const REDIRECTS = [301, 302, 303, 307, 308]

/** Not HTML: the first lines of a page explain nothing. */
const READABLE = /json|text\/plain|xml|^$/

/** The beginning of the body of a refused response, in one line; '' if there is none that is worth reading. */
export const excerptOf = ({ body = '' }: SSEError, response: Response | undefined): string =>
  READABLE.test(response?.headers.get('content-type') ?? '') ? body.replace(/\s+/g, ' ').trim() : ''

/**
 * @param connectTimeout - In words.
 * @param location - Where the response redirects to.
 */
export function reasonOf(error: SSEError, connectTimeout: string, location?: string): string {
  const { code, status = 0, retryAfter } = error
  if (code === 'network') return visible(ofNetwork(error))
  if (code === 'content-type')
    return `${tail(error.message)
      .replace(/^status 200, /, 'content ')
      .replace(/null$/, 'missing')} instead of text/event-stream`
  if (code === 'timeout') return `no response headers within ${connectTimeout} (--connect-timeout); ${HELD_BACK}`
  if (location !== undefined && REDIRECTS.includes(status))
    return `status ${status} leads to ${visible(withoutSecrets(location))}: not followed, as headers of yours would go along; listen there`
  const later = retryAfter ? ` (retry-after: ${formatDuration(retryAfter)})` : ''
  if (status) return `status ${[status, STATUS_CODES[status]].filter(Boolean).join(' ')}${HINTS[status] ?? later}`
  return visible(tail(error.message))
}
