import { createSSE, type SSEClient } from 'headwater'
import { useSSE, useSSEEvent, useSSEValue } from 'headwater/react'
import { type ReactNode, StrictMode, startTransition } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { expect, it, onTestFinished, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startServer } from './server.ts'

/*
 * React as it runs for users: its own scheduler, a real server, nothing waits for `act()`.
 */

async function setup() {
  const server = await startServer()
  const url = `${server.url}/events`
  const page = document.body.appendChild(document.createElement('div'))
  onTestFinished(async () => {
    page.remove()
    await server.close()
  })
  const shows = (text: string) => eventually(() => expect(page.textContent).toBe(text))
  const open = (count: number) => eventually(async () => expect(await server.open()).toBe(count))
  return { server, url, page, shows, open }
}

it('React: under StrictMode a real server sees one connection, whose events are rendered', async () => {
  const { server, url, page, shows, open } = await setup()
  const heard: unknown[] = []
  function Page(): ReactNode {
    const { isConnected, lastEvent, client } = useSSE(url, { linger: 50 })
    useSSEEvent(client, 'tick', (data) => heard.push(data))
    const sum = useSSEValue(client, 'tick', { initial: 0, reduce: (sum, data) => sum + Number(data), batch: 'frame' })
    return [isConnected ? 'live' : 'away', JSON.stringify(lastEvent?.data), sum].join(' ')
  }
  const root = createRoot(page)
  root.render(
    <StrictMode>
      <Page />
    </StrictMode>,
  )
  await shows('live  0')
  await server.raw('event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n')
  await shows('live 2 3')
  await server.send('tick', 4)
  await shows('live 4 7')
  expect(heard).toEqual([1, 2, 4])
  expect(await server.requests()).toHaveLength(1)
  root.unmount()
  await open(0)
  expect(await server.requests()).toHaveLength(1)
})

it('React: a page is hydrated as it was rendered, though its client is open already', async () => {
  const { server, url, page, shows } = await setup()
  const error = vi.spyOn(console, 'error')
  onTestFinished(() => error.mockRestore())
  const sse = createSSE(url)
  onTestFinished(() => sse.close())
  function Page({ sse }: { sse: SSEClient }): ReactNode {
    const { status, lastEventId } = useSSE(sse)
    return (
      <p>
        {status} {lastEventId} {String(useSSEValue(sse, 'tick', 0))}
      </p>
    )
  }
  page.innerHTML = renderToString(<Page sse={createSSE(url)} />)
  expect(page.textContent).toBe('idle  0')
  const paragraph = page.firstChild
  sse.connect()
  await server.connected()
  await server.send('tick', 1, { id: '7' })
  await eventually(() => expect(sse.lastEventId).toBe('7'))
  const problems: unknown[] = []
  const root = hydrateRoot(page, <Page sse={sse} />, { onRecoverableError: (error) => problems.push(error) })
  onTestFinished(() => root.unmount())
  await shows('open 7 0')
  await server.send('tick', 2)
  await shows('open 7 2')
  expect(page.firstChild).toBe(paragraph)
  expect(problems).toEqual([])
  expect(error).not.toHaveBeenCalled()
})

it('React: all components show the same value, though events come in the middle of a transition', async () => {
  const { server, url, page, shows, open } = await setup()
  const sse = createSSE(url)
  onTestFinished(() => sse.close())
  let passes = 0
  let isRendering = false
  let interruptions = 0
  const torn: string[] = []

  function Value({ pass, last }: { pass: number; last: boolean }): ReactNode {
    const value = useSSEValue(sse, 'tick', 0)
    if (pass > 0) isRendering = !last
    const end = performance.now() + 1
    while (performance.now() < end);
    return <i>{String(value)}</i>
  }
  const list = (pass: number) => (
    <div data-pass={pass}>
      {Array.from({ length: 60 }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they never change places.
        <Value key={i} pass={pass} last={i === 59} />
      ))}
    </div>
  )
  const observer = new MutationObserver(() => {
    const values = new Set([...page.querySelectorAll('i')].map(({ textContent }) => textContent))
    if (values.size > 1) torn.push([...values].join())
  })
  observer.observe(page, { subtree: true, childList: true, characterData: true, attributes: true })
  onTestFinished(() => observer.disconnect())

  const root = createRoot(page)
  onTestFinished(() => root.unmount())
  root.render(list(0))
  await open(1)
  const off = sse.subscribe('tick', () => {
    if (isRendering) interruptions++
  })
  onTestFinished(off)
  for (let n = 1; n <= 20; n++) {
    startTransition(() => root.render(list(++passes)))
    await server.send('tick', n)
  }
  await shows('20'.repeat(60))
  expect(torn).toEqual([])
  // Else there was nothing to be seen.
  expect(interruptions).toBeGreaterThan(0)
})
