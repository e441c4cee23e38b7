import { readFile } from 'node:fs/promises'
import { UsageError } from '../../command-line/args.ts'
import type { ListenOptions } from './options.ts'

/** The request of each attempt. */
export interface ReadyRequest {
  readonly method: string
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer> | undefined
}

/**
 * The request that the options describe. A body is read once and whole, since a reconnect sends it again.
 * @throws UsageError if a file cannot be read.
 */
export async function readRequest(
  { address, headers: given, method, data }: Pick<ListenOptions, 'address' | 'headers' | 'method' | 'data'>,
  stdin: AsyncIterable<Uint8Array | string>,
): Promise<ReadyRequest> {
  const headers = new Headers(given)
  if (address.authorization && !headers.has('authorization')) headers.set('authorization', address.authorization)
  if (data === undefined) return { method: method ?? 'GET', headers, body: undefined }
  const body = await readBody(data, stdin)
  if (!headers.has('content-type')) {
    if (isJson(body)) headers.set('content-type', 'application/json')
    // The type that fetch gives to text. Of a file nothing is known.
    else if (!data.startsWith('@')) headers.set('content-type', 'text/plain;charset=UTF-8')
  }
  return { method: method ?? 'POST', headers, body }
}

async function readBody(data: string, stdin: AsyncIterable<Uint8Array | string>): Promise<Uint8Array<ArrayBuffer>> {
  if (!data.startsWith('@')) return new TextEncoder().encode(data)
  const path = data.slice(1)
  if (!path) throw new UsageError('--data @ expects the name of a file, or - for stdin')
  if (path !== '-') {
    try {
      return new Uint8Array(await readFile(path))
    } catch (error) {
      throw new UsageError(`--data ${data} cannot be read: ${error instanceof Error ? error.message : error}`)
    }
  }
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  return new Uint8Array(Buffer.concat(chunks))
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}
