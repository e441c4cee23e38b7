import { useSSE, useSSEValue } from 'headwater/vue'
import { createApp, defineComponent, h, onScopeDispose, shallowRef, type VNodeChild } from 'vue'
import { byId } from '../dom.ts'
import { describeConnection, describeJob, describeOpen, type Shared } from './shared.ts'

/*
 * With Vue: composables give refs, and Vue renders the component again when one of them changes.
 */

// #region panel
const createPanel = ({ sse, orders, notices, read }: Shared) =>
  defineComponent(() => {
    const { isConnected, isConnecting } = useSSE(sse)
    const folded = useSSEValue(sse, 'order.*', orders)
    const count = useSSEValue(sse, 'notification', notices)
    const job = useSSEValue(sse, 'job.progress', null)
    const seen = shallowRef(0)
    onScopeDispose(
      read.subscribe((now) => {
        seen.value = now
      }),
    )

    return () => {
      const connection = describeConnection(isConnected.value, isConnecting.value)
      return h('dl', [
        row('Connection', h('span', { class: 'connection', 'data-state': connection }, connection)),
        row('Open orders', h('span', { class: 'open' }, describeOpen(folded.value.table))),
        row(
          'Unread',
          h('span', { class: 'unread' }, count.value - seen.value),
          h('button', { type: 'button', onClick: () => read.set(count.value) }, 'Mark read'),
        ),
        row(
          'Job',
          h('span', { class: 'job-name' }, describeJob(job.value)),
          h('progress', { max: 100, value: job.value?.data.percent ?? 0, 'aria-label': 'Progress' }),
        ),
      ])
    }
  })
// #endregion

const row = (name: string, ...content: VNodeChild[]) => h('div', [h('dt', name), h('dd', content)])

export function showVue(shared: Shared): void {
  createApp(createPanel(shared)).mount(byId('vue', HTMLElement))
}
