import { Refusal } from '../wire/refusal.ts'

/** The claims of a request, before anything in it is believed. */
export interface RequestLine {
  readonly method: string
  /** The request-target (RFC 9112, 3.2). */
  readonly target: string
  readonly scheme: 'http' | 'https'
  /** Of the field Host, or of `:authority`. */
  readonly host: string
}

/** Fetch makes capitals of these (Fetch 2.2.1, "normalize a method"). In HTTP a method has the letters it has. */
const NORMALISED = /^(DELETE|GET|HEAD|OPTIONS|POST|PUT)$/i
/** Fetch refuses these ("forbidden method"). */
const FORBIDDEN = /^(CONNECT|TRACE|TRACK)$/i
/** RFC 9110, 5.6.2. HTTP/2 lets anything through. */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]{1,64}$/

/**
 * The address that was asked for. Node lets through what is no method of Fetch's, no host and no address; `new Request` would throw
 * at it.
 * @throws Refusal 400 for nonsense. It does not repeat what was sent.
 */
export function readRequestLine({ method, target, scheme, host }: RequestLine): URL {
  const refused = (what: string): Refusal => new Refusal(400, 'request', what)
  if (!TOKEN.test(method) || FORBIDDEN.test(method) || (NORMALISED.test(method) && method !== method.toUpperCase()))
    throw refused('the method of the request is not valid')
  // Nothing but a host: joined to a path of its own it would decide which address `authenticate` sees.
  const origin = URL.parse(`${scheme}://${host}`)
  if (!origin || origin.href !== `${origin.origin}/`) throw refused('the host of the request is not valid')
  // A path that begins with two slashes is a path all the same. A proxy's request names its host itself (RFC 9112, 3.2.2).
  const url = URL.parse(target.startsWith('/') ? origin.origin + target : target)
  if (!url || !/^https?:$/.test(url.protocol)) throw refused('the address of the request is not valid')
  if (url.username || url.password) throw refused('the address of the request has a name or a password in it')
  return url
}
