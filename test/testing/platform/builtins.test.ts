import { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { TextDecoder as NodeTextDecoder, TextEncoder as NodeTextEncoder } from 'node:util'
import { createMockStream } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { builtin, completePlatform } from '../../../testing/platform/builtins.ts'

afterEach(() => vi.unstubAllGlobals())

const NODES = {
  ReadableStream: NodeReadableStream,
  TextDecoder: NodeTextDecoder,
  TextEncoder: NodeTextEncoder,
} as const
const NAMES = ['TextDecoder', 'TextEncoder', 'ReadableStream'] as const

describe('what an environment lacks', () => {
  it.each(NAMES)("%s alone is put in place, and it is Node's own", (missing) => {
    for (const name of NAMES) vi.stubGlobal(name, class {})
    vi.stubGlobal(missing, undefined)
    const before = Object.fromEntries(NAMES.map((name) => [name, globalThis[name]]))
    completePlatform()
    for (const name of NAMES) expect(globalThis[name], name).toBe(name === missing ? NODES[name] : before[name])
  })

  it('may not be there at all', () => {
    vi.stubGlobal('TextDecoder', undefined)
    Reflect.deleteProperty(globalThis, 'TextDecoder')
    completePlatform()
    expect(new TextDecoder().decode(new Uint8Array([97]))).toBe('a')
    // A test environment that tidies up must be able to.
    expect(Object.getOwnPropertyDescriptor(globalThis, 'TextDecoder')).toMatchObject({
      configurable: true,
      writable: true,
    })
  })

  it('is there as soon as there is a mock', async () => {
    // Node loads its own Response when it is first looked up, which takes a TextDecoder.
    for (const name of ['Response', 'Request', 'MessageChannel', ...NAMES]) vi.stubGlobal(name, undefined)
    const stream = createMockStream({ script: [{ send: { data: 'ж' } }, { end: true }] })
    expect(await (await stream.fetch('/')).text()).toBe('data: "ж"\n\n')
  })
})

describe('where there is no Node', () => {
  it.each([
    ['no process', undefined],
    ['one of a bundler', { env: {} }],
    ['one that has no such module', { getBuiltinModule: () => undefined }],
  ])('it is said what is missing: %s', (_, process) => {
    vi.stubGlobal('process', process)
    expect(() => builtin('node:stream/web')).toThrow(
      new Error(
        'this environment lacks what node:stream/web has, and is not Node: run the test in a browser or in Node',
      ),
    )
  })

  it('nothing is asked of it if nothing is missing', () => {
    vi.stubGlobal('process', undefined)
    expect(completePlatform).not.toThrow()
  })
})
