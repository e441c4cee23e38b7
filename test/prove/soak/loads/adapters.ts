import { QueryClient } from '@tanstack/query-core'
import { createSSE, type SSEClient } from 'headwater'
import { createStatusStore, createValueStore } from 'headwater/store'
import { bindQueryClient } from 'headwater/tanstack-query'
import { type Load, repeat, type StartLoad, watch } from '../load.ts'

/*
 * Adapters that come and go: on a client that stays, and on a client that goes with them.
 */

type Events = { hello: { readonly n: number } }

/**
 * @param attach - Uses both clients, and calls `heard` for an event of the second.
 * @returns A load that attaches, waits for the event, and detaches again and again.
 */
function attachAgain(
  origin: string,
  attach: (shared: SSEClient<Events>, own: SSEClient<Events>, heard: () => void) => () => void,
): Load {
  const { sse, held } = watch(createSSE<Events>(`${origin}/wire/hello`))
  const stop = sse.keepOpen()
  return {
    run: (operations) =>
      repeat(operations, 1, async () => {
        const own = createSSE<Events>(`${origin}/wire/hello`)
        let detach = (): void => {}
        await new Promise<void>((resolve) => {
          detach = attach(sse, own, resolve)
        })
        detach()
        own.close()
      }),
    held: () => ({ 'subscriptions of a client that stays': held() }),
    close() {
      stop()
      sse.close()
    },
  }
}

export const startStores: StartLoad = (origin) =>
  attachAgain(origin, (shared, own, heard) => {
    const offs = [shared, own].flatMap((sse) => [
      createStatusStore(sse).subscribe(() => {}),
      createValueStore(sse, 'hello', { initial: null }).subscribe((value) => value && sse === own && heard()),
    ])
    return () => {
      for (const off of offs) off()
    }
  })

/** The query client stays, as that of an application does. */
export const startQueries: StartLoad = (origin) => {
  const queryClient = new QueryClient()
  queryClient.mount()
  const load = attachAgain(origin, (shared, own, heard) => {
    queryClient.setQueryData(['hello'], 0)
    const bindings = {
      hello: {
        patch: ({ n }: Events['hello']) => ({ queryKey: ['hello'], update: () => n }),
        invalidate: ['list'],
      },
    }
    const offs = [
      bindQueryClient(shared, queryClient, bindings),
      bindQueryClient(own, queryClient, bindings),
      queryClient.getQueryCache().subscribe(() => {
        if (queryClient.getQueryData(['hello'])) heard()
      }),
    ]
    return () => {
      for (const off of offs) off()
    }
  })
  return {
    ...load,
    close() {
      load.close()
      queryClient.unmount()
      queryClient.clear()
    },
  }
}

/** Controls: what a verdict must find. */
export const startLeakOfHandlers: StartLoad = (origin) =>
  attachAgain(origin, (shared, own, heard) => {
    shared.subscribe('hello', () => heard())
    return own.subscribe('hello', heard)
  })

export const startLeakOfEvents: StartLoad = (origin) => {
  const kept: object[] = []
  return attachAgain(origin, (_, own, heard) =>
    own.subscribe('hello', (_, event) => {
      kept.push(event)
      heard()
    }),
  )
}
