import { addressed, type MockRequest } from './request.ts'

/** Whether a status sends the request elsewhere (Fetch 2.2.3, "redirect status"). */
export const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

/** Where a redirect leads. */
export interface Redirect {
  readonly status: number
  readonly from: URL
  readonly to: URL
  /** When it is followed, in epoch milliseconds. */
  readonly at: number
}

/**
 * The same request sent elsewhere (Fetch 4.4, "HTTP-redirect fetch"): as a GET where the status says so, without what belonged to
 * its body, and to another origin without its credentials.
 */
export function redirected(request: MockRequest, { status, from, to, at }: Redirect): MockRequest {
  const { method } = request
  const asGet = status === 303 ? method !== 'GET' && method !== 'HEAD' : status < 303 && method === 'POST'
  const left = [...(asGet ? OF_A_BODY : []), ...(from.origin === to.origin ? [] : ['authorization'])]
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !left.includes(name)))
  return { ...request, ...(asGet && { method: 'GET', body: '' }), headers, at, ...addressed(to, headers) }
}

/** "Request-body-header names" (Fetch 2.2.2). */
const OF_A_BODY = ['content-encoding', 'content-language', 'content-location', 'content-type']
