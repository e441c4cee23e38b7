import { requestEvents } from '../../src/request/index.ts'
import type { Case } from './case.ts'
import { openCase, overCase, type Site } from './site.ts'
import { HONEST, isPromised, type Survivor, textOf } from './terms.ts'

/** A response that does not end is given up, in milliseconds. */
const GIVE_UP = 3000

/** Reads one response. @returns The honest events that it brought, and the marks. */
async function read(url: string): Promise<string[]> {
  const events: string[] = []
  const isDone = ({ type, raw }: { readonly type: string; readonly raw: string }): boolean =>
    `${type} ${raw}` === 'honest 3'
  const signal = AbortSignal.timeout(GIVE_UP)
  try {
    for await (const { type, raw } of requestEvents(url, { parse: 'text', signal, done: isDone }))
      if (/^(mark|honest)$/.test(type)) events.push(`${type} ${raw}`)
    return events
  } catch (error) {
    if (!isPromised(error) && !signal.aborted) throw Error(`requestEvents() throws ${error}`)
    return events
  }
}

/** The same answers, to `requestEvents()`: it ends, or throws an error that the documents promise. */
export async function readResponses(site: Site, attack: Case): Promise<Survivor> {
  const id = await openCase(site, attack)
  const events: string[] = []
  // A redirect takes more than one answer, and a busy machine gives up an honest response.
  for (let n = 0; n <= attack.answers.length + 10 && !events.includes('honest 2'); n++)
    events.push(...(await read(`${site.origin}/case/${id}`)))
  return {
    async close() {
      const { open } = await overCase(site, id)
      const expected = [...(attack.wants ?? []), ...HONEST.slice(0, 2)].join()
      const heard = events.join()
      if (heard !== expected) throw Error(`read ${heard}, wanted ${expected}`)
      if (open) throw Error(`${open} sockets are open after the loop`)
      const errors = site.errors()
      if (errors.length) throw Error(`not caught: ${errors.map(textOf)}`)
    },
  }
}
