import { useSSE, useSSEValue } from 'headwater/vue'
import { type Component, defineComponent, h } from 'vue'

export interface Order {
  readonly id: string
  readonly total: number
}

export interface Events {
  'order.created': Order
}

/** The orders since the page was opened, and whether there may be more at any moment. */
export const Orders: Component = defineComponent(() => {
  const { isConnected, error } = useSSE()
  const all = useSSEValue('order.created', {
    initial: [] as readonly Order[],
    reduce: (all: readonly Order[], order: Order) => [...all, order],
  })
  return () =>
    h('section', [
      h('p', { role: 'status' }, isConnected.value ? 'live' : (error.value?.code ?? 'connecting')),
      h(
        'ul',
        all.value.map(({ id, total }) => h('li', { key: id }, `${id}: ${total}`)),
      ),
    ])
})
