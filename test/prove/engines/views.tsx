import { QueryClient, QueryObserver } from '@tanstack/query-core'
import { SSEProvider, useSSE, useSSEEvent, useSSEValue } from 'headwater/react'
import { createStatusStore, createValueStore } from 'headwater/store'
import { bindQueryClient } from 'headwater/tanstack-query'
import { type ReactNode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { type Mount, viewOf } from './view.ts'
import { vue } from './vue-view.ts'

/*
 * The same small view with each adapter.
 */

function Numbers(): ReactNode {
  const { isConnected } = useSSE()
  const [last, setLast] = useState<unknown>('none')
  const count = useSSEValue('n', { initial: 0, reduce: (count: number) => count + 1 })
  useSSEEvent('n', setLast)
  return viewOf(last, count, isConnected)
}

const react: Mount = (client, place) => {
  const root = createRoot(place)
  root.render(
    <SSEProvider client={client}>
      <Numbers />
    </SSEProvider>,
  )
  return () => root.unmount()
}

const store: Mount = (client, place) => {
  const status = createStatusStore(client)
  const last = createValueStore(client, 'n', { initial: 'none' as unknown })
  const count = createValueStore(client, 'n', { initial: 0, reduce: (count: number) => count + 1 })
  const show = (): void => {
    place.textContent = viewOf(last.get(), count.get(), status.get().isConnected)
  }
  const offs = [status, last, count].map((each) => each.subscribe(show))
  return () => {
    for (const off of offs) off()
  }
}

/** The cache has the last number, and counts what has changed it. */
const query: Mount = (client, place) => {
  const cache = new QueryClient()
  let count = 0
  cache.setQueryData(['last'], 'none')
  const observer = new QueryObserver(cache, { queryKey: ['last'], queryFn: () => 'none', staleTime: Infinity })
  const status = createStatusStore(client)
  const show = (): void => {
    place.textContent = viewOf(observer.getCurrentResult().data, count, status.get().isConnected)
  }
  const unbind = bindQueryClient(client, cache, {
    n: {
      patch(n) {
        count++
        return { queryKey: ['last'], update: () => n }
      },
    },
  })
  const offs = [unbind, observer.subscribe(show), status.subscribe(show)]
  return () => {
    for (const off of offs) off()
  }
}

export const mounts = { react, vue, store, query }
