import { createMockStream, type Script, type Step } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { checkScript, resumed } from '../../../testing/script/script.ts'

const STEPS: readonly Step[] = [{ open: { delay: 5 } }, { send: { data: 1, id: '1' } }, { wait: 0.5 }, { drop: true }]

/** As from JavaScript or a JSON file, past the types. */
const unchecked = (...steps: readonly unknown[]): readonly Step[] => steps as readonly Step[]

describe('a script', () => {
  it.each<[what: string, script: Script, first: Script, each: Script | undefined]>([
    ['nothing', [], [], undefined],
    ['a list of steps, which is for every request', STEPS, [], STEPS],
    ['a list of lists, one for each of the first requests', [[{ drop: true }], []], [[{ drop: true }], []], undefined],
    ['a list of one list', [STEPS], [STEPS], undefined],
  ])('is %s', (_, script, first, each) => {
    expect(checkScript(script)).toEqual(each ? { first, each } : { first })
  })

  it.each<[script: unknown, said: string]>([
    [{ drop: true }, '{"drop":true} is no script: a list of steps, or of such lists'],
    ['drop', '"drop" is no script: a list of steps, or of such lists'],
    [null, 'null is no script: a list of steps, or of such lists'],
    [[[{ drop: true }], { end: true }], '{"end":true} is no list of steps'],
    [[{ end: true }, [{ drop: true }]], '{"end":true} is no list of steps'],
    [[{ send: {} }, { sned: {} }], '{"sned":{}} is no step; there are: '],
    [[[{ send: {} }], [{ sned: {} }]], '{"sned":{}} is no step; there are: '],
    [['drop'], '"drop" is no step; there are: '],
  ])('is not %j', (script, said) => {
    expect(() => checkScript(script as Script)).toThrow(TypeError)
    expect(() => checkScript(script as Script)).toThrow(said)
  })

  it('is checked when it is handed over, not when a request comes', () => {
    const wrong = unchecked({ sned: {} })
    expect(() => createMockStream({ script: wrong })).toThrow(TypeError)
    expect(() => createMockStream({ script: [[], wrong] })).toThrow(TypeError)
    expect(() => createMockStream().script(...wrong)).toThrow(TypeError)
  })
})

describe('a request that resumes', () => {
  const opening: Step[] = [{ open: { headers: { a: '1' } } }, { introduce: { recovered: true } }]
  const first: Step = { send: { id: '1', data: 1 } }
  const second: Step = { send: { id: '2', data: 2 } }

  it.each<[what: string, steps: Step[], id: string, rest: Step[]]>([
    ['what comes after its last event', [first, { wait: 5 }, second], '1', [{ wait: 5 }, second]],
    ['the opening again', [...opening, { wait: 5 }, first, { drop: true }], '1', [...opening, { drop: true }]],
    ['nothing, if that was all', [first, second], '2', []],
    ['all, without an id', [{ send: { id: '' } }, first], '', [{ send: { id: '' } }, first]],
    ['all, from an id that is not there', [first, { comment: '2' }], '2', [first, { comment: '2' }]],
    ['what comes after the last of that name', [first, second, first, { end: true }], '1', [{ end: true }]],
  ])('gets %s', (_, steps, id, rest) => {
    expect(resumed(steps, id)).toEqual(rest)
  })
})
