/*
 * Whether a stream is compressed, and how. Pure: the host of the hub does the work, as it has the library for it.
 */

/** A content coding that a host can offer (RFC 9110, 8.4.1). */
export type ContentCoding = 'gzip' | 'br'

/**
 * The coding for a client (RFC 9110, 12.5.3). Undefined: send the stream as it is. That is also the answer to a client that
 * accepts nothing that the host has, not even `identity`: it would get no stream at all otherwise.
 * @param accepted - The header `Accept-Encoding`. Without it any coding is allowed, but the client may know none.
 * @param offered - The host's streams. The first wins where the client likes several equally.
 */
export function chooseCoding(accepted: string | null, offered: readonly ContentCoding[]): ContentCoding | undefined {
  const weights = readWeights(accepted ?? '')
  const others = weights.get('*') ?? 0
  let chosen: ContentCoding | undefined
  // Where `identity` has a weight of its own, a coding has to weigh as much.
  let best = weights.get('identity') ?? others
  for (const coding of offered) {
    const weight = weights.get(coding) ?? others
    if (weight > 0 && (chosen ? weight > best : weight >= best)) {
      chosen = coding
      best = weight
    }
  }
  return chosen
}

/** A weight has at most three digits behind the point (RFC 9110, 12.4.2). */
const WEIGHT = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/

/** Weights by the name of the coding. A coding with a weight that is none counts as not accepted. */
function readWeights(accepted: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  for (const element of accepted.split(',')) {
    const [name = '', ...parameters] = element.split(';').map((part) => part.trim().toLowerCase())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
    // Two names for one coding (RFC 9110, 8.4.1.3).
    const coding = name === 'x-gzip' ? 'gzip' : name
    if (coding) weights.set(coding, weight === undefined ? 1 : WEIGHT.test(weight) ? Number(weight) : 0)
  }
  return weights
}

/**
 * Adds the choice to the headers of a stream: `content-encoding`, and `vary`, beside what `vary` has already.
 * The stream keeps its `no-transform`: a proxy must not compress it, as it would collect events until a block is full.
 */
export function setCoding(headers: Headers, accepted: string | null, offered: readonly ContentCoding[]): void {
  if (!offered.length) return
  headers.append('vary', 'accept-encoding')
  const coding = chooseCoding(accepted, offered)
  if (coding) headers.set('content-encoding', coding)
}
