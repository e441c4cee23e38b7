import { createSSE } from 'headwater'
import { createSSEPlugin, useSSE, useSSEEvent, useSSEValue } from 'headwater/vue'
import { expect, it, onTestFinished } from 'vitest'
import { createApp, defineComponent, h, ref } from 'vue'
import { eventually } from '../support/eventually.ts'
import { startServer } from './server.ts'

it('Vue: many components, one connection, events on the page, and nothing open once it is gone', async () => {
  const server = await startServer()
  const sse = createSSE<{ message: string; tick: number }>(`${server.url}/events`, { linger: 50 })
  const page = document.body.appendChild(document.createElement('div'))
  const heard: unknown[] = []
  const shown = ref(true)
  const Row = defineComponent({
    setup() {
      const message = useSSEValue(sse, 'message', '')
      return () => h('li', message.value)
    },
  })
  const app = createApp(
    defineComponent({
      setup() {
        const { isConnected, lastEvent } = useSSE()
        useSSEEvent('tick', (data) => heard.push(data))
        return () => [
          h('h1', isConnected.value ? 'live' : 'away'),
          shown.value ? h('ul', [h(Row), h(Row)]) : null,
          h('output', `${lastEvent.value?.data}`),
        ]
      },
    }),
  ).use(createSSEPlugin(sse))
  onTestFinished(async () => {
    sse.close()
    page.remove()
    await server.close()
  })
  const shows = (text: string) => eventually(() => expect(page.textContent).toBe(text))

  app.mount(page)
  expect(page.textContent).toBe('awayundefined')
  await shows('liveundefined')
  await server.send('message', 'hello')
  await shows('livehellohellohello')
  await server.send('tick', 1)
  await shows('livehellohello1')
  shown.value = false
  await shows('live1')
  await server.send('tick', 2)
  await shows('live2')
  expect(heard).toEqual([1, 2])
  expect(await server.open()).toBe(1)
  expect(await server.requests()).toHaveLength(1)

  app.unmount()
  await eventually(async () => expect(await server.open()).toBe(0))
  expect(sse.state.get()).toEqual({ status: 'idle' })
})
