import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ListenOptions } from '../../../../cli/listen/options/options.ts'
import { readRequest } from '../../../../cli/listen/options/request.ts'

async function* stdin(...chunks: (string | Uint8Array)[]) {
  yield* chunks
}

type Given = Partial<Pick<ListenOptions, 'headers' | 'method' | 'data' | 'address'>>

async function ready(given: Given, input = stdin()) {
  const address = { url: 'http://a/', authorization: undefined }
  const { method, headers, body } = await readRequest(
    { address, headers: new Headers(), method: undefined, data: undefined, ...given },
    input,
  )
  return { method, headers: Object.fromEntries(headers), body: body && new TextDecoder().decode(body) }
}

describe('a request', () => {
  it('is a GET without a body', async () => {
    expect(await ready({})).toEqual({ method: 'GET', headers: {}, body: undefined })
  })

  it.each([
    ['{"a":1}', 'application/json'],
    [' [1] ', 'application/json'],
    ['a=1', 'text/plain;charset=UTF-8'],
    ['', 'text/plain;charset=UTF-8'],
    ['{"é": "注"}', 'application/json'],
  ])('sends the body %j in a POST of %s', async (data, type) => {
    expect(await ready({ data })).toEqual({ method: 'POST', headers: { 'content-type': type }, body: data })
  })

  it('keeps the method and the content type that were given', async () => {
    const headers = new Headers({ 'Content-Type': 'x/y' })
    expect(await ready({ data: '{}', method: 'PUT', headers })).toEqual({
      method: 'PUT',
      headers: { 'content-type': 'x/y' },
      body: '{}',
    })
  })

  it('signs in with what the URL says, unless a header does', async () => {
    const address = { url: 'http://a/', authorization: 'Basic x' }
    expect((await ready({ address })).headers).toEqual({ authorization: 'Basic x' })
    const headers = new Headers({ authorization: 'Bearer y' })
    expect((await ready({ address, headers })).headers).toEqual({ authorization: 'Bearer y' })
  })

  it('reads stdin to its end, characters cut in the middle too', async () => {
    const [first, ...rest] = [...new TextEncoder().encode('"注文"')]
    const input = stdin(Uint8Array.of(first ?? 0), ...rest.map((byte) => Uint8Array.of(byte)))
    expect(await ready({ data: '@-' }, input)).toMatchObject({
      headers: { 'content-type': 'application/json' },
      body: '"注文"',
    })
    expect(await ready({ data: '@-' }, stdin('te', 'xt'))).toMatchObject({ headers: {}, body: 'text' })
  })

  it('reads a file as it is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'body')
    writeFileSync(file, Uint8Array.of(0xff, 0x0a))
    const { headers, body } = await readRequest(
      {
        address: { url: 'http://a/', authorization: undefined },
        headers: new Headers(),
        method: undefined,
        data: `@${file}`,
      },
      stdin(),
    )
    expect([...headers]).toEqual([])
    expect(body).toEqual(Uint8Array.of(0xff, 0x0a))
  })

  it.each([
    ['@', '--data @ expects the name of a file, or - for stdin'],
    ['@/no/such/file', '--data @/no/such/file cannot be read: ENOENT'],
  ])('refuses the data %s', async (data, message) => {
    await expect(ready({ data })).rejects.toThrow(message)
  })
})
