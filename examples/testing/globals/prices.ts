import { createSSE } from 'headwater'

/** A client that a module makes for everybody, and that nobody hands a `fetch` to. */
export const sse = createSSE<{ price: number }>('https://shop.test/prices')

/** The old way: the platform's own EventSource. */
export function watchPrice(show: (price: number) => void): () => void {
  const source = new EventSource('https://shop.test/prices')
  source.onmessage = ({ data }) => show(JSON.parse(data))
  return () => source.close()
}
