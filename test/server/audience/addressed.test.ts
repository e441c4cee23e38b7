import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isAddressed } from '../../../server/audience/addressed.ts'
import { checkTarget, type PublishTarget, selector } from '../../../server/audience/target.ts'

const name = fc.constantFrom('a', 'b', 'a.b', 'a.b.c', 'b.c')
const names = fc.array(fc.constantFrom('a', 'b'), { maxLength: 3 })
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

const target = fc
  .record(
    {
      topic: name,
      resource: name,
      userId: fc.constantFrom('a', 'b'),
      tenant: fc.constantFrom('a', 'b'),
      sessionId: fc.constantFrom('a', 'b'),
      sessionIds: names,
      clientIds: names,
      except: names,
    },
    { requiredKeys: [] },
  )
  .map(({ resource, ...to }): PublishTarget => (to.topic || !resource ? to : { ...to, resource }))

const client = fc.record({
  id: fc.constantFrom('a', 'b'),
  principal: fc.record({
    userId: optional(fc.constantFrom('a', 'b')),
    sessionId: optional(fc.constantFrom('a', 'b')),
    tenant: optional(fc.constantFrom('a', 'b')),
  }),
  asked: fc.array(fc.constantFrom('*', 'a', 'b', 'a.*', 'a.b', 'a.b.*', 'b.*'), { maxLength: 3 }),
  more: fc.array(fc.constantFrom('*', 'a', 'b', 'a.*', 'a.b', 'a.b.*', 'b.*'), { maxLength: 2 }),
})

it('an event is addressed to exactly those that a selector selects', () => {
  fc.assert(
    fc.property(target, client, (given, { asked, more, ...rest }) => {
      const to = checkTarget(given)
      const addressee = { ...rest, asked: new Set(asked), topics: new Set([...asked, ...more]) }
      expect(isAddressed(to, addressee, addressee.topics)).toBe(selector(to)(addressee))
    }),
    { numRuns: 5000 },
  )
})
