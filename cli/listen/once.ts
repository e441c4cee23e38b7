import { hub } from '../../src/hub/index.ts'
import type { Layer } from '../../src/index.ts'

/**
 * `hub()` for --once: the server's `goodbye` is shown and not followed, as the response is read to its end.
 * @param isOver - Whether the response has ended.
 */
export const hubOnce =
  (topics: readonly string[], isOver: () => boolean): Layer =>
  (inner, host) => {
    // It inherits all but one: a client is more than an object of functions.
    const staying = Object.create(host, { reconnect: { value() {} } })
    const layer = hub({ topics })(inner, staying)
    return {
      connect: (request, sink) =>
        layer.connect(request, {
          ...sink,
          end(reason) {
            if (isOver()) sink.end(reason)
          },
        }),
    }
  }
