interface Handles<T> {
  resolve(value: T): void
  reject(reason: unknown): void
}

/** A promise, and the functions that settle it. */
export interface Deferred<T> extends Readonly<Handles<T>> {
  readonly promise: Promise<T>
}

/** `Promise.withResolvers()`, which older browsers lack that tests may run in. */
export function createDeferred<T>(): Deferred<T> {
  // `new Promise` calls its function at once, so they are there when it returns.
  const handles = {} as Handles<T>
  const promise = new Promise<T>((resolve, reject) => Object.assign(handles, { resolve, reject }))
  return { promise, ...handles }
}
