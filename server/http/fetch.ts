import type { Accept, Host } from './host.ts'

/*
 * For hosts that speak Request and Response, as Hono and Next do.
 */

/** The bytes that may lie in the stream until the host takes them, before the client counts as slow. */
const HIGH_WATER_MARK = 64 * 1024

/** Answers a request; a stream as a body that is written to while there is room. */
export async function streamResponse(accept: Accept, request: Request, host: Host): Promise<Response> {
  let stream: Response | undefined
  const refused = await accept(
    request,
    (headers, events) => {
      let controller: ReadableStreamDefaultController<Uint8Array> | undefined
      const body = new ReadableStream<Uint8Array>(
        {
          start(given) {
            controller = given
          },
          pull: () => events.drained(),
          cancel: () => events.closed(),
        },
        { highWaterMark: HIGH_WATER_MARK, size: ({ byteLength }) => byteLength },
      )
      // Not every host cancels the body when its client has gone; some abort the request alone.
      const gone = (): void => {
        events.closed()
        close()
      }
      /** Hosts may have closed it before us. */
      const quietly = (act: () => void): void => {
        try {
          act()
        } catch {}
      }
      const close = (): void => quietly(() => controller?.close())
      request.signal.addEventListener('abort', gone, { once: true })
      if (request.signal.aborted) queueMicrotask(gone)
      stream = new Response(body, { status: 200, headers })
      return {
        write(bytes) {
          quietly(() => controller?.enqueue(bytes))
          return (controller?.desiredSize ?? 0) > 0
        },
        end: close,
        destroy: () => quietly(() => controller?.error(new Error('the client did not keep up'))),
        pending: () => HIGH_WATER_MARK - (controller?.desiredSize ?? HIGH_WATER_MARK),
      }
    },
    host,
  )
  const response = refused ?? stream
  if (!response) throw new Error('accept has answered with neither a stream nor a refusal')
  return response
}
