import { createHubClient } from 'headwater/hub'
import { SSEProvider, useSSE, useSSEEvent, useSSEValue, useTopic } from 'headwater/react'
import { createElement, Fragment, type ReactElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { type Load, repeat, type StartLoad, watch } from '../load.ts'

/*
 * Components that are mounted and unmounted, each with a client of its own, and with a client that stays.
 */

interface Props {
  readonly origin: string
  readonly onReady: () => void
}

/** Its own client is closed with it. */
function Own({ origin, onReady }: Props): ReactElement {
  const { isConnected, client } = useSSE<{ hello: { n: number } }>(`${origin}/wire/hello`, { linger: 0 })
  const n = useSSEValue(client, 'hello', { initial: 0, reduce: (_, { n }) => n })
  useSSEEvent(client, 'hello', () => onReady())
  return createElement('p', null, `${isConnected} ${n}`)
}

/** All hooks, with the client of the provider. */
function Shared(): ReactElement {
  const { status, lastEvent } = useSSE()
  const count = useSSEValue<number>('*', { initial: 0, reduce: (count) => count + 1 })
  useSSEEvent('tick', () => {})
  useTopic('news', () => {})
  return createElement('p', null, `${status} ${count} ${lastEvent?.id}`)
}

function mountAgain(origin: string, wrapper: typeof Fragment): Load {
  const { sse, held } = watch(createHubClient(`${origin}/hub`))
  const stop = sse.keepOpen()
  return {
    run: (operations) =>
      repeat(operations, 1, async () => {
        const root = createRoot(document.body.appendChild(document.createElement('div')))
        await new Promise<void>((onReady) => {
          root.render(
            createElement(
              wrapper,
              null,
              createElement(SSEProvider<Record<string, unknown>>, { client: sse }, createElement(Shared)),
              createElement(Own, { origin, onReady }),
            ),
          )
        })
        root.unmount()
        document.body.replaceChildren()
      }),
    held: () => ({ 'subscriptions of a client that stays': held() }),
    close() {
      stop()
      sse.close()
    },
  }
}

export const startReact: StartLoad = (origin) => mountAgain(origin, Fragment)
/** In a development build, effects run twice: mount, unmount, mount. */
export const startStrictReact: StartLoad = (origin) => mountAgain(origin, StrictMode)
