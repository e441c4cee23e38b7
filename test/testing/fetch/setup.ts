import { createClock, createMockStream, type Script } from 'headwater/testing'

export const START = Date.UTC(2026, 0)

export function setup(script: Script = []) {
  const clock = createClock({ now: START })
  return { clock, stream: createMockStream({ clock, script }) }
}

/** What the body brings, chunk by chunk, until it ends or breaks. */
export function read(response: Response) {
  const chunks: string[] = []
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  async function run(): Promise<unknown> {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true }
      if (done) return 'end'
      chunks.push(value)
    }
  }
  return { chunks, end: run().catch((error: unknown) => error) }
}
