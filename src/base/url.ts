/** `url` with one query parameter set, at the end. The others stay letter by letter: the URL may be signed. */
export function withParam(url: string, name: string, value: string): string {
  const target = new URL(url)
  const { searchParams } = target
  if (searchParams.has(name)) searchParams.set(name, value)
  else target.search += `${target.search && '&'}${encodeURIComponent(name)}=${encodeURIComponent(value)}`
  return target.href
}

/**
 * The base of a relative URL at this moment: pages change their address, and `new EventSource(url)` looks at it once (HTML
 * 9.2.2). Where there is neither a document nor an address, as in Node: this machine.
 */
export const getBase = (): string => globalThis.document?.baseURI ?? globalThis.location?.href ?? 'http://localhost'

/** False where there is no origin, as in Node. */
export const isCrossOrigin = (url: string): boolean =>
  new URL(url).origin !== (globalThis.location ?? new URL(url)).origin
