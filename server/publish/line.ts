import { isThenable } from '../../src/base/errors.ts'

/** A place in the line. Its item goes when it is ready and nobody is in front of it. */
interface Place {
  go: (() => void) | undefined
}

/**
 * Keeps a line in order: what comes first goes first, though it may take longer to get ready. An item that is ready goes at once if
 * the line is empty. One that fails leaves the line, and the others go on.
 * @param send - Is called for each item, in order. It does not throw.
 * @returns Takes an item, or a promise of one; its promise is that of `send`, or rejects as the item did.
 */
export function createLine<T, R>(send: (item: T) => Promise<R>): (item: T | PromiseLike<T>) => Promise<R> {
  const line: Place[] = []

  function advance(): void {
    for (let go = line[0]?.go; go; go = line[0]?.go) {
      line.shift()
      go()
    }
  }

  return (item) => {
    if (!isThenable(item) && line.length === 0) return send(item as T)
    return new Promise((resolve, reject) => {
      const place: Place = { go: undefined }
      const ready = (value: T): void => {
        place.go = () => resolve(send(value))
        advance()
      }
      line.push(place)
      if (!isThenable(item)) return ready(item as T)
      item.then(ready, (error) => {
        place.go = () => reject(error)
        advance()
      })
    })
  }
}
