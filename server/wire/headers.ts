/**
 * The headers of an answer that is a stream.
 * @param heartbeat - In milliseconds; 0 for none.
 */
export function streamHeaders(heartbeat: number): Headers {
  const headers = new Headers({
    'content-type': 'text/event-stream',
    // Proxies that compress collect until a block is full; no-transform keeps them from it.
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
  if (heartbeat) headers.set('x-sse-heartbeat', `${heartbeat}`)
  return headers
}
