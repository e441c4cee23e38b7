/*
 * The callers that may use the control endpoint. Its answers hold the tokens of the application under test, and every web
 * page that is open in a browser of this machine can send requests to 127.0.0.1. Two headers give such a page away, and no
 * page can forge them. `Host` is the name that the page asked for. A page that has a name of its own point to 127.0.0.1 does
 * DNS rebinding. `Origin` is where the page comes from. A client that is no browser sends none.
 */

/** Says why a request may not use the control endpoint; undefined: it may. */
export type Guard = (host: string | undefined, origin: string | undefined) => string | undefined

/** @param listensOn - The option `host`. Other machines are let in only if it is none of this machine's own names. */
export function createGuard(listensOn: string): Guard {
  const open = !isLoopback(nameOf(listensOn.includes(':') ? `[${listensOn}]` : listensOn) ?? '')

  return (host, origin) => {
    const asked = nameOf(host)
    const isKnown = asked !== undefined && (isLoopback(asked) || (open && (isUnlisted(asked) || asked === listensOn)))
    if (!isKnown)
      return open
        ? `Host: ${host} may be a name that a web page points here: use an address, or a name without a dot`
        : `Host: ${host} is no name of this machine: use 127.0.0.1 or localhost, or listen elsewhere with the option host`
    // A page in a sandbox, or from a file, has the origin null. It may come from any site.
    if (origin === undefined) return undefined
    const from = originName(origin)
    if (from !== undefined && (isLoopback(from) || (open && (from === asked || isPrivate(from))))) return undefined
    return `Origin: ${origin} is no page of this machine: only those may use the control endpoint`
  }
}

/** The name alone, as URLs have it: in lower case, an address in its usual form. */
function nameOf(authority = ''): string | undefined {
  // Nothing but a name and a port; else `@` and `/` would move the name elsewhere.
  if (!/^[\w.-]+(:\d*)?$|^\[[\da-f:.]+\](:\d*)?$/i.test(authority)) return undefined
  return URL.parse(`http://${authority}`)?.hostname.replace(/\.$/, '')
}

function originName(origin: string): string | undefined {
  const [, authority] = /^https?:\/\/([^/]+)$/.exec(origin) ?? []
  return nameOf(authority)
}

const isLoopback = (name: string): boolean =>
  name === 'localhost' || name.endsWith('.localhost') || isAddress(name, /^127\./) || name === '[::1]'

const isAddress = (name: string, beginning = /^/): boolean => /^\d+(\.\d+){3}$/.test(name) && beginning.test(name)

/** Names that no site of the public net can have: one word, as containers have, and what is reserved for private networks. */
const isPrivate = (name: string): boolean => /^[\w-]+$|\.(internal|local)$/.test(name)

/** Nobody can point an address elsewhere. */
const isUnlisted = (name: string): boolean => isPrivate(name) || isAddress(name) || name.startsWith('[')
