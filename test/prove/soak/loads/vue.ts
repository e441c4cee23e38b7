import { createHubClient } from 'headwater/hub'
import { createSSEPlugin, useSSE, useSSEEvent, useSSEValue, useTopic } from 'headwater/vue'
import { createApp, defineComponent, h } from 'vue'
import { repeat, type StartLoad, watch } from '../load.ts'

/*
 * Apps that are mounted and unmounted, each with a client of its own, and with a client that stays.
 */

/** All composables, with the client of the app. */
const Shared = defineComponent({
  setup() {
    const live = useSSE()
    const count = useSSEValue<number>('*', { initial: 0, reduce: (count) => count + 1 })
    useSSEEvent('tick', () => {})
    useTopic('news', () => {})
    return () => h('p', `${live.status.value} ${count.value} ${live.lastEvent.value?.id}`)
  },
})

export const startVue: StartLoad = (origin) => {
  const { sse, held } = watch(createHubClient(`${origin}/hub`))
  const stop = sse.keepOpen()

  /** Its own client is closed with it. */
  const ownWith = (onReady: () => void) =>
    defineComponent({
      setup() {
        const live = useSSE<{ hello: { n: number } }>(`${origin}/wire/hello`, { linger: 0 })
        const n = useSSEValue(live.client, 'hello', { initial: 0, reduce: (_, { n }) => n })
        useSSEEvent(() => live.client, 'hello', onReady)
        return () => h('p', `${live.isConnected.value} ${n.value}`)
      },
    })

  return {
    run: (operations) =>
      repeat(operations, 1, async () => {
        let unmount = (): void => {}
        await new Promise<void>((onReady) => {
          const Own = ownWith(onReady)
          const app = createApp({ render: () => [h(Shared), h(Own)] })
          app.use(createSSEPlugin(sse))
          app.mount(document.body.appendChild(document.createElement('div')))
          unmount = () => app.unmount()
        })
        unmount()
        document.body.replaceChildren()
      }),
    held: () => ({ 'subscriptions of a client that stays': held() }),
    close() {
      stop()
      sse.close()
    },
  }
}
