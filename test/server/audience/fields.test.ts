import { runInNewContext } from 'node:vm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ownFields } from '../../../server/audience/fields.ts'

const form = { what: 'publish', names: ['userId', 'topic'] }
const refusal = (message: string): TypeError => new TypeError(message)

class Target {
  userId = 'ada'
}
class Computed {
  get userId(): string {
    return 'ada'
  }
}

describe('options', () => {
  it.each<[given: object]>([
    [{}],
    [{ userId: 'ada' }],
    [{ userId: undefined, topic: null }],
    [Object.freeze({ topic: 'a' })],
    [Object.assign(Object.create(null), { userId: 'ada' })],
    [runInNewContext("({ userId: 'ada' })")],
    [
      {
        get userId() {
          return 'ada'
        },
      },
    ],
    [{ [Symbol('a')]: 1 }],
  ])('%o are their own fields', (given) => {
    const own = ownFields(form, given)
    expect({ ...own }).toEqual({ ...given })
    expect(own).not.toBe(given)
  })

  it('stay as they were checked, whatever a getter answers later', () => {
    let asked = 0
    const own = ownFields(form, {
      get userId() {
        return `user-${++asked}`
      },
    })
    expect([own['userId'], own['userId'], asked]).toEqual(['user-1', 'user-1', 1])
  })

  it.each<[given: unknown, got: string]>([
    [1, '1'],
    [true, 'true'],
    ['x', '"x"'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[], 'an empty list'],
    [['ada'], 'a list of 1 string'],
    [() => ({ userId: 'ada' }), 'a function'],
    [7n, '7n'],
  ])('are refused if they are %o', (given, got) => {
    expect(() => ownFields(form, given)).toThrow(
      refusal(`publish takes an object of options such as { userId: 'ada' }, got ${got}`),
    )
  })

  it.each<[given: object, name: string]>([
    [new Target(), 'Target'],
    [new Map([['userId', 'ada']]), 'Map'],
    [Promise.resolve({ userId: 'ada' }), 'Promise'],
    [new Date(0), ''],
  ])('are refused if they are of a class: %o', (given, name) => {
    expect(() => ownFields(form, given)).toThrow(/^publish takes a plain object, got .*: write its fields as/)
    expect(() => ownFields(form, given)).toThrow(name)
  })

  it.each<[what: string, given: object]>([
    ['inherited', Object.create({ userId: 'ada' })],
    [
      'inherited from an object without a prototype',
      Object.create(Object.assign(Object.create(null), { userId: 'ada' })),
    ],
    ['of a class', new Computed()],
    ['not enumerable', Object.defineProperty({}, 'userId', { value: 'ada' })],
  ])('are refused with a field that is %s, as a copy would not have it', (_, given) => {
    expect(() => ownFields(form, given)).toThrow(
      refusal('publish takes fields of the object itself, and userId is inherited: write { userId: … }'),
    )
  })

  it('are refused if every object has such a field', () => {
    const prototype = Object.prototype as { topic?: string }
    prototype.topic = 'orders'
    onTestFinished(() => {
      delete prototype.topic
    })
    expect(() => ownFields(form, {})).toThrow(/^publish takes fields of the object itself, and topic is inherited/)
    expect(ownFields(form, { topic: 'jobs' })).toEqual({ topic: 'jobs' })
  })

  it.each(['user', 'UserId', '', 'constructor', 'toString', '__proto__'])(
    'are refused with a field %j that there is not, and the message lists those that there are',
    (name) => {
      const given = JSON.parse(`{${JSON.stringify(name)}:"ada"}`)
      expect(() => ownFields(form, given)).toThrow(refusal(`publish takes no ${name}; it takes userId, topic`))
    },
  )

  it('are refused with a name that is very long, which is not shown whole', () => {
    expect(() => ownFields(form, { ['x'.repeat(1e5)]: 1 })).toThrow(
      refusal(`publish takes no ${'x'.repeat(40)}; it takes userId, topic`),
    )
  })
})
