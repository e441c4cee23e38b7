import { expect, onTestFinished, vi } from 'vitest'

const oops = (): never => {
  throw new Error('no text')
}

/** Values that can be thrown and cannot be put into a template. Each has a name for titles. */
export const WITHOUT_TEXT: readonly (readonly [name: string, value: unknown])[] = [
  ['a symbol', Symbol('oops')],
  ['an object without a prototype', Object.create(null)],
  ['an object whose toString throws', { toString: oops }],
  ['an error whose message throws', Object.defineProperty(new Error(''), 'message', { get: oops })],
]

/** @returns Expects, once everything has settled, that no rejection was left unhandled since. */
export function watchRejections(): () => Promise<void> {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  onTestFinished(() => void process.off('unhandledRejection', unhandled))
  return async () => {
    // Node looks for them when the microtasks are done.
    await new Promise((resolve) => setTimeout(resolve))
    expect(unhandled).not.toHaveBeenCalled()
  }
}
