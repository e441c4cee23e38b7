/** A call of the control endpoint, as plain data. */
export interface ControlCall {
  readonly method: string
  /** What comes after the endpoint's own path: '', '/script' … */
  readonly name: string
  readonly query: URLSearchParams
  readonly body: string
  /** Aborted when the call has been answered, or its client has left. */
  readonly signal: AbortSignal
}

/** Why a call is refused: one line and a status. */
export class ControlError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** A parameter of the query that is a number. */
export function numberOf({ query }: ControlCall, name: string, initial: number): number {
  const text = query.get(name)
  if (text === null) return initial
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new ControlError(400, `${name} expects a whole number from 0, got ${JSON.stringify(text)}`)
}

/** The body, whatever its content type says: `curl -d` names another. A single step is a list of one. */
export function readSteps({ body }: ControlCall): readonly unknown[] {
  if (!body.trim()) throw new ControlError(400, 'the body is empty: it is to be a step, or a list of steps, as JSON')
  try {
    const read: unknown = JSON.parse(body)
    return Array.isArray(read) ? read : [read]
  } catch (error) {
    throw new ControlError(400, `the body is not JSON: ${lineOf(error)}`)
  }
}

/** The message of an error, in one line. */
export const lineOf = (error: unknown): string => String(Object(error).message).replace(/\s+/g, ' ')

/** Has what a check throws be the caller's mistake. */
export function checked<T>(check: () => T, status = 400): T {
  try {
    return check()
  } catch (error) {
    throw new ControlError(status, lineOf(error))
  }
}

/** How long a call waits by default, in milliseconds. Suites allow a request more. */
const PATIENCE = 5000

/**
 * Waits as long as the call allows.
 * @param otherwise - The error if the time is over first.
 * @throws ControlError 504, and not 408: after that clients may send a request again by themselves (RFC 9110, 15.5.9).
 */
export async function waitFor<T>(awaited: Promise<T>, call: ControlCall, otherwise: () => string): Promise<T> {
  const timeout = numberOf(call, 'timeout', PATIENCE)
  const late = pause(timeout, call.signal).then(() => undefined)
  const done = await Promise.race([awaited.then((value) => ({ value })), late])
  if (done) return done.value
  throw new ControlError(504, `${otherwise()} within ${timeout} ms`)
}

/** Resolves after so many milliseconds, or when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
