import type { Place, Problems } from '../base/problems.ts'
import type { Notes } from './item.ts'

/*
 * Marks: `// @sse order.created topic=orders terminal`, `#[sse(event = "order.created", topic = "orders", terminal)]`.
 */

/** The contents of a mark. */
export interface Mark {
  /** The name of the event. */
  readonly event?: string
  readonly topic?: string
  readonly terminal: boolean
  readonly skip: boolean
}

/** An entry of a mark, and where it stands. */
interface Entry {
  readonly name: string
  readonly value: string | undefined
  readonly place: Place
}

/** Reads the mark of an item or a variant. Undefined: it has none. */
export function readMark(notes: Pick<Notes, 'attributes' | 'mark'>, problems: Problems): Mark | undefined {
  const attribute = notes.attributes.find(({ name }) => name === 'sse')
  if (notes.mark === undefined && !attribute) return undefined
  if (attribute?.value !== undefined)
    problems.error(attribute.place, `write the name in brackets: #[sse(event = ${JSON.stringify(attribute.value)})]`)
  const entries = [...(notes.mark ? entriesOf(notes.mark) : []), ...(attribute?.items ?? [])]
  const given = new Map<string, string | undefined>()
  for (const { name, value, place } of entries) {
    const problem = misfit(name, value) ?? (given.has(name) ? `sse has ${name} twice: say it once` : undefined)
    if (problem !== undefined) problems.error(place, problem)
    given.set(name, value)
  }
  const event = given.get('event')
  const topic = given.get('topic')
  return {
    ...(event !== undefined && { event }),
    ...(topic !== undefined && { topic }),
    terminal: given.has('terminal'),
    skip: given.has('skip'),
  }
}

/** The mistake in an entry. */
function misfit(name: string, value: string | undefined): string | undefined {
  const isText = name === 'event' || name === 'topic'
  if (!isText && name !== 'terminal' && name !== 'skip')
    return `sse has no ${name}: it has event, topic, terminal and skip`
  if (isText) return value ? undefined : `sse: ${name} has no value`
  return value === undefined ? undefined : `sse: ${name} has no value, and stands alone`
}

/** The words of a comment: `topic=orders`, `terminal`, `skip`, or the name of the event. */
function entriesOf({ text, place }: NonNullable<Notes['mark']>): Entry[] {
  const words = text.split(/\s+/).filter(Boolean)
  return words.map((word) => {
    if (word === 'skip' || word === 'terminal') return { name: word, value: undefined, place }
    const [, name, value] = /^(\w+)=(.*)$/.exec(word) ?? []
    return name === undefined ? { name: 'event', value: word, place } : { name, value, place }
  })
}
