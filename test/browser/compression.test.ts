import { eventSourceTransport, fetchTransport } from 'headwater'
import { createHubClient, type HubClientOptions } from 'headwater/hub'
import { describe, expect, it, onTestFinished } from 'vitest'
import { commands } from 'vitest/browser'
import { eventually } from '../support/eventually.ts'
import './server.ts'

/*
 * A browser decompresses a stream itself, before a page sees it. An event must not wait in there for the next one.
 */

/** A client of a new hub that compresses; both are closed with the test. */
async function setup(transport: HubClientOptions<object>['transport']) {
  const { url, port } = await commands.serveHub()
  const recovered: unknown[] = []
  const heard: unknown[] = []
  const live = createHubClient(url, { transport, onOpen: (opened) => recovered.push(opened.recovered) })
  onTestFinished(async () => {
    live.close()
    await commands.closeHub(port)
  })
  live.subscribe('n', (data) => heard.push(data))
  await eventually(() => expect(recovered).toEqual([false]))
  return { live, port, recovered, heard }
}

describe.each([
  ['fetch', fetchTransport],
  ['the native EventSource', eventSourceTransport],
])('a compressed stream over %s', (_, transport) => {
  it.each([
    ['small events', 3],
    ['events of 300 KB', 300_000],
  ])('brings %s one by one, and none waits for the next', async (_, length) => {
    const { port, heard } = await setup(transport())
    for (let n = 0; n < 10; n++) {
      const data = { n, text: 'xyz'.repeat(length / 3) }
      expect(await commands.publish(port, 'n', data)).toBe(1)
      // Nothing is published until this has come.
      await eventually(() => expect(heard.at(-1)).toEqual(data))
    }
    expect(heard).toHaveLength(10)
    expect(await commands.codingsOf(port)).toEqual(['gzip'])
  })

  it('resumes where it broke off', async () => {
    const { live, port, recovered, heard } = await setup(transport())
    await commands.publish(port, 'n', 1)
    await eventually(() => expect(heard).toEqual([1]))
    live.disconnect()
    await commands.publish(port, 'n', 2)
    live.connect()
    await eventually(() => expect(heard).toEqual([1, 2]))
    expect(recovered).toEqual([false, true])
    expect(await commands.codingsOf(port)).toEqual(['gzip', 'gzip'])
  })
})
