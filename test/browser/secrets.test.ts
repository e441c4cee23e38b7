import { createHubClient } from 'headwater/hub'
import { keepCursor } from 'headwater/resume'
import { acrossTabs } from 'headwater/tabs'
import { expect, it, onTestFinished, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startServer } from './server.ts'

/*
 * A token stands in the URL and in headers of clients that share a connection and keep their cursor. What other scripts of the origin
 * can see of that in a browser has no token in it: storages, names of locks and channels, messages, the console.
 */

const TOKEN = 's3cr3t-t0k3n'

/** Notes all that is said in channels, and the names of channels and locks. */
function watchPage(): { readonly seen: string[]; readonly kinds: Set<string> } {
  const seen: string[] = []
  const kinds = new Set<string>()
  const note = (kind: string, ...values: unknown[]): void => {
    kinds.add(kind)
    seen.push(`${kind}: ${values.map((value) => JSON.stringify(value) ?? String(value)).join()}`)
  }
  const Channel = globalThis.BroadcastChannel
  vi.stubGlobal(
    'BroadcastChannel',
    class extends Channel {
      constructor(name: string) {
        note('channel', name)
        super(name)
      }
      override postMessage(message: unknown): void {
        note('message', message)
        super.postMessage(message)
      }
    },
  )
  const request = navigator.locks.request.bind(navigator.locks) as (...args: unknown[]) => Promise<unknown>
  const spies = [
    vi.spyOn(navigator.locks, 'request').mockImplementation(((name: string, ...rest: unknown[]) => {
      note('lock', name)
      return request(name, ...rest)
    }) as never),
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(function (this: Storage, key, value) {
      note('storage', key, value)
      this[key] = value
    }),
    ...(['debug', 'error', 'info', 'log', 'warn'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation((...args) => note('console', ...args.map(String))),
    ),
  ]
  onTestFinished(() => {
    vi.unstubAllGlobals()
    for (const spy of spies) spy.mockRestore()
  })
  return { seen, kinds }
}

it('no storage, lock, channel or message of a browser has a token in it', async () => {
  const { seen, kinds } = watchPage()
  const server = await startServer()
  onTestFinished(() => server.close())
  const open = (storage: 'session' | 'local') => {
    const heard: unknown[] = []
    const client = createHubClient(`${server.url}/events?token=${TOKEN}#${TOKEN}`, {
      headers: { authorization: `Bearer ${TOKEN}`, 'x-api-key': TOKEN },
      transport: acrossTabs({ scope: TOKEN, key: TOKEN }),
      resume: keepCursor(storage, { scope: TOKEN }),
      onState: (state) => void seen.push(JSON.stringify([state, 'error' in state && String(state.error)])),
    })
    onTestFinished(() => client.close())
    client.subscribe('n', (data) => heard.push(data))
    return { client, heard }
  }
  const first = open('local')
  await eventually(() => expect(first.client.state.get().status).toBe('open'))
  const second = open('session')
  await eventually(() => expect(second.client.state.get().status).toBe('open'))
  await server.send('n', 1, { id: '1' })
  await eventually(() => expect([first.heard, second.heard]).toEqual([[1], [1]]))
  first.client.disconnect()
  second.client.disconnect()
  await eventually(() => expect([...kinds].sort()).toEqual(['channel', 'lock', 'message', 'storage']))
  expect(await server.requests()).toHaveLength(1)
  expect(seen.filter((text) => text.includes(TOKEN))).toEqual([])
})
