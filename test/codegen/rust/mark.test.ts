import { describe, expect, it } from 'vitest'
import { Problems } from '../../../codegen/base/problems.ts'
import type { Meta } from '../../../codegen/rust/item.ts'
import { readMark } from '../../../codegen/rust/mark.ts'

const place = { file: '/a.rs', line: 1, column: 1 }
const NONE = { terminal: false, skip: false }

/** What a comment or an attribute says, and the problems with it. */
function read(text?: string, attribute?: Partial<Meta>) {
  const problems = new Problems()
  const mark = readMark(
    {
      mark: text === undefined ? undefined : { text, place },
      attributes: attribute ? [{ name: 'sse', items: [], place, ...attribute }] : [],
    },
    problems,
  )
  return [mark, ...problems.list.map((problem) => problem.text)]
}
const item = (name: string, value?: string): Meta => ({ name, items: [], place, ...(value !== undefined && { value }) })

describe('a mark', () => {
  it.each<[text: string, ...said: unknown[]]>([
    ['', NONE],
    ['a.b', { ...NONE, event: 'a.b' }],
    ['a.b topic=t terminal', { event: 'a.b', topic: 't', terminal: true, skip: false }],
    ['event=a=b', { ...NONE, event: 'a=b' }],
    ['skip', { ...NONE, skip: true }],
    ['a b', { ...NONE, event: 'b' }, 'sse has event twice: say it once'],
    ['a tpoic=t', { ...NONE, event: 'a' }, 'sse has no tpoic: it has event, topic, terminal and skip'],
    ['topic=', { ...NONE, topic: '' }, 'sse: topic has no value'],
    ['terminal=yes', { ...NONE, terminal: true }, 'sse: terminal has no value, and stands alone'],
  ])('is a comment: @sse %s', (text, ...said) => {
    expect(read(text)).toEqual(said)
  })

  it.each<[attribute: Partial<Meta>, ...said: unknown[]]>([
    [{ items: [item('event', 'a'), item('terminal')] }, { ...NONE, event: 'a', terminal: true }],
    [{ items: [item('event')] }, NONE, 'sse: event has no value'],
    [{ value: 'a' }, NONE, 'write the name in brackets: #[sse(event = "a")]'],
  ])('is an attribute: %j', (attribute, ...said) => {
    expect(read(undefined, attribute)).toEqual(said)
  })

  it('may be missing', () => {
    expect(read()).toEqual([undefined])
  })
})
