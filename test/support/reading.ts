import { expect } from 'vitest'

/** A stream over HTTP, and what has arrived on it. */
export async function reading(asked: Promise<Response>) {
  const response = await asked
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let so = ''
  return {
    status: response.status,
    /** Reads on until this has come. @returns All that has. */
    async until(expected: string): Promise<string> {
      while (!so.includes(expected)) so += (await reader?.read())?.value ?? expect.fail(`stream ended after ${so}`)
      return so
    },
    /** Reads to the end. @returns All that came. */
    async end(): Promise<string> {
      for (;;) {
        const { done = true, value = '' } = (await reader?.read()) ?? {}
        if (done) return so
        so += value
      }
    },
    cancel: () => reader?.cancel(),
  }
}
