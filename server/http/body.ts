import { Refusal } from '../wire/refusal.ts'
import { OwnRefusal } from './refuse.ts'

/*
 * Bodies in JSON: of requests, which may not be trusted, and of answers.
 */

/** An answer in JSON. */
export const json = (status: number, body: unknown, headers?: Readonly<Record<string, string>>): Response =>
  jsonText(status, JSON.stringify(body), headers)

/** The same, of text that is JSON already. */
export const jsonText = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(text, {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  })

/** `{ error: { code, message } }`, or the answer that the application has made. */
export function refused(refusal: Refusal): Response {
  const { status, code, message, headers } = refusal
  const made = refusal instanceof OwnRefusal ? refusal.response : undefined
  // A copy: headers of a Response that was fetched, or redirects, cannot be changed.
  if (made) return new Response(made.body, { status, statusText: made.statusText, headers: new Headers(made.headers) })
  return json(status, { error: { code, message } }, headers)
}

/**
 * The body of a request, an object in JSON. Other types are refused: a form on a foreign page can send those, and no JSON.
 * @param limit - In bytes.
 * @throws Refusal 415, 413 or 400.
 */
export async function readBody(request: Request, limit: number): Promise<Readonly<Record<string, unknown>>> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    throw new Refusal(415, 'content-type', `send application/json, not ${type ?? 'a body without a type'}`)
  const text = await readText(request, limit)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Refusal(400, 'json', `the body is not JSON: ${error instanceof Error ? error.message : error}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal(400, 'json', 'the body must be a JSON object')
  return value as Readonly<Record<string, unknown>>
}

/** Counted while it arrives: a length that is announced may be a lie, or not be there. */
async function readText(request: Request, limit: number): Promise<string> {
  const decoder = new TextDecoder()
  const reader = request.body?.getReader()
  let text = ''
  let size = 0
  while (reader) {
    // The client may leave in the middle of it.
    const { done, value } = await reader.read().catch((cause) => {
      throw new Refusal(400, 'body', `the body broke off: ${cause}`)
    })
    if (done) break
    size += value.length
    if (size > limit) {
      reader.cancel().catch(() => {})
      throw new Refusal(413, 'too-large', `a body may have ${limit} bytes; the option limits.body says so`)
    }
    text += decoder.decode(value, { stream: true })
  }
  return text + decoder.decode()
}
