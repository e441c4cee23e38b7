import { createSSEPlugin, useSSE, useSSEEvent, useSSEValue } from 'headwater/vue'
import { createApp, defineComponent, h, ref } from 'vue'
import { type Mount, viewOf } from './view.ts'

const Numbers = defineComponent({
  setup() {
    const { isConnected } = useSSE()
    const last = ref<unknown>('none')
    const count = useSSEValue('n', { initial: 0, reduce: (count: number) => count + 1 })
    useSSEEvent('n', (data) => {
      last.value = data
    })
    return () => h('p', viewOf(last.value, count.value, isConnected.value))
  },
})

export const vue: Mount = (client, place) => {
  const app = createApp(Numbers).use(createSSEPlugin(client))
  app.mount(place)
  return () => app.unmount()
}
