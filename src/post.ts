import type { Credentials } from './credentials.ts'
import { SSEError } from './errors.ts'
import type { SSEUrl } from './options.ts'
import { resolveRequest } from './request.ts'
import type { Settings } from './settings.ts'
import { failure, refusal } from './transports/response.ts'

/**
 * Sends JSON to the server, with the headers and credentials of the stream.
 * @param url - Undefined: the stream's own.
 * @returns What it answers: JSON as a value, anything else as text; undefined for nothing.
 * @throws SSEError: `network` if it cannot be reached · `unauthorized` · `http` for any other status that is not 2xx. It is
 *   never sent a second time, but after a refusal with 401.
 */
export async function post(
  settings: Settings,
  url: SSEUrl | undefined,
  body: object,
  credentials: Credentials | undefined,
): Promise<unknown> {
  try {
    return await once(settings, url, body)
  } catch (error) {
    if (!credentials || !(error instanceof SSEError) || error.code !== 'unauthorized') throw error
    credentials.refresh(error, undefined)
    await credentials.refreshing
    return once(settings, url, body)
  }
}

async function once(settings: Settings, url = settings.url, body: object): Promise<unknown> {
  const request = await resolveRequest({ ...settings, url, body: undefined }, { attempt: 0, lastEventId: '' })
  const { fetch, headers, credentials } = request
  headers.set('content-type', 'application/json')
  const init = { method: 'POST', headers, credentials, body: JSON.stringify(body) }
  const unreachable = (cause: unknown): never => {
    throw failure(request.url, 'network', `${cause}`, { cause })
  }
  const response = await fetch(request.url, init).catch(unreachable)
  if (!response.ok) throw refusal(response, request.url, settings.clock.now())
  const text = await response.text().catch(unreachable)
  try {
    return text ? JSON.parse(text) : undefined
  } catch {
    // It was taken all the same: an error would have the caller send it twice.
    return text
  }
}
