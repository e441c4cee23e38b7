import { expect, it } from 'vitest'
import { createPublishTo } from '../../../server/publish/publish-to.ts'

function setup() {
  const sent: unknown[] = []
  const to = createPublishTo(async (type, data, options) => {
    sent.push([type, data, options])
    return { id: '', delivered: 0 }
  })
  return { sent, ...to }
}

it('each function publishes to the target that it is named after', async () => {
  const { sent, broadcast, toTopic, toUser, toSession, toClients } = setup()
  await broadcast('n', 1, { key: 'k' })
  await toTopic('a', 'n', 2, { key: 'k' })
  await toUser('ada', 'n', 3)
  await toSession('s', 'n', 4)
  await toSession(['s', 't'], 'n', 5)
  await toClients('c', 'n', 6)
  expect(sent).toEqual([
    ['n', 1, { key: 'k' }],
    ['n', 2, { key: 'k', topic: 'a' }],
    ['n', 3, { userId: 'ada' }],
    ['n', 4, { sessionIds: ['s'] }],
    ['n', 5, { sessionIds: ['s', 't'] }],
    ['n', 6, { clientIds: ['c'] }],
  ])
})

it.each(['toTopic', 'toUser'] as const)(
  '%s rejects, and does not throw, where the target is there twice',
  async (name) => {
    const own = { toTopic: { topic: 'b' }, toUser: { userId: 'bob' } }
    const { sent, [name]: publish } = setup()
    await expect(publish('x', 'n', 1, own[name])).rejects.toThrow(TypeError)
    expect(sent).toEqual([])
  },
)
