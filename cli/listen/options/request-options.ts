import { METHODS } from 'node:http'
import { suggestion, UsageError } from '../../command-line/args.ts'
import { HIDDEN } from '../../terminal/secrets.ts'

/*
 * The request as the command line describes it. It is checked here, because fetch would complain later and less clearly.
 */

/** Where the stream is, and the credentials of the URL. */
export interface Address {
  readonly url: string
  /** The value of the header that user and password of the URL stand for: fetch refuses URLs that have them. */
  readonly authorization: string | undefined
}

/** Texts in which the URL parser would find a host: a path, a port, or a scheme that lacks a slash. */
const HOSTLESS = /^(:?\d*([/?#]|$)|https?:(?!\/\/[^/]))/i

/** @throws UsageError */
export function readAddress(given: string): Address {
  const text = given.trim()
  const full = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (HOSTLESS.test(text)) throw new UsageError(`${shown(text)} has no host, as localhost:8080/events has`)
  if (!URL.canParse(full)) throw new UsageError(`${shown(text)} is no URL${encodingHint(text)}`)
  const url = new URL(full)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new UsageError(`listen expects an http or https URL, not ${url.protocol}//`)
  const { username, password } = url
  url.username = ''
  url.password = ''
  const pair = `${decode(username)}:${decode(password)}`
  const basic = `Basic ${Buffer.from(pair).toString('base64')}`
  return { url: url.href, authorization: username || password ? basic : undefined }
}

/** A text that is no URL may hold secrets all the same. */
const shown = (text: string): string =>
  JSON.stringify(text.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, `$1${HIDDEN}@`).replace(/[?#].*$/s, ''))

/** A password that was put into a URL as it is. */
const encodingHint = (text: string): string =>
  /@/.test(text) ? '; in user and password / ? # : @ are written %2F %3F %23 %3A %40' : ''

/** A percent sign that escapes nothing stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Node's fetch leaves out the first two without a word, and fails with the others. */
const OWN_OF_FETCH = /^(host|content-length|transfer-encoding|expect|upgrade|keep-alive)$/i

/**
 * @param lines - As in HTTP: `name: value`.
 * @throws UsageError
 */
export function readHeaders(lines: readonly string[]): Headers {
  const headers = new Headers()
  for (const line of lines) {
    const colon = line.indexOf(':')
    // It may be a secret, and is not repeated.
    if (colon < 1) throw new UsageError("--header expects 'name: value', and one has no name or no colon")
    const name = line.slice(0, colon).trim()
    if (OWN_OF_FETCH.test(name))
      throw new UsageError(`--header ${JSON.stringify(name)} cannot be sent: fetch has its own`)
    try {
      headers.append(name, line.slice(colon + 1).trim())
    } catch {
      throw new UsageError(
        `--header ${JSON.stringify(name)} cannot be sent: its name or value has characters that a header cannot have`,
      )
    }
  }
  return headers
}

/** @throws UsageError */
export function readMethod(text: string | undefined): string | undefined {
  const method = text?.toUpperCase()
  if (method === undefined) return undefined
  if (method === 'CONNECT' || method === 'TRACE') throw new UsageError(`--method ${method} cannot be sent by fetch`)
  if (!METHODS.includes(method))
    throw new UsageError(`--method ${JSON.stringify(text)} is no method of HTTP${suggestion(method, METHODS)}`)
  return method
}
