import { type HubOptions, refuse } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { hubBench } from '../../support/reader.ts'

const refusal = (status: number, code: string, message: string) => ({ status, body: { error: { code, message } } })

describe('an answer that is not true', () => {
  const QUESTIONS: [name: keyof HubOptions, path: string, init: RequestInit, denied: number][] = [
    ['canReadStats', '/events/stats', {}, 403],
    ['canReadStats', '/events/metrics', {}, 403],
    ['canReset', '/events/reset', { method: 'POST' }, 403],
    [
      'canPublish',
      '/events',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"event":"x"}' },
      403,
    ],
  ]

  it.each(QUESTIONS)(
    'reports an answer of %s at %s that is truthy but not true, and sends 500',
    async (name, path, init) => {
      for (const answer of [1, 'yes', {}, []]) {
        const { hub, ask, errors } = hubBench({ [name]: async () => answer })
        expect((await ask(path, init)).status).toBe(500)
        expect(errors).toEqual([[name, expect.stringMatching(`^TypeError: ${name} must answer true`)]])
        expect(hub.stats()).toMatchObject({ published: 0 })
      }
    },
  )

  it.each(QUESTIONS)('takes a falsy answer of %s at %s for a no', async (name, path, init, denied) => {
    for (const answer of [false, undefined, null, 0, '']) {
      const { ask, errors } = hubBench({ [name]: async () => answer })
      expect((await ask(path, init)).status).toBe(denied)
      expect(errors).toEqual([])
    }
  })

  it.each(QUESTIONS)('sends the refusal that %s throws at %s, with its own code', async (name, path, init) => {
    const { ask, errors } = hubBench({
      [name]: () => Promise.reject(refuse({ status: 402, code: 'unpaid', message: 'pay first' })),
    })
    expect(await ask(path, init)).toMatchObject(refusal(402, 'unpaid', 'pay first'))
    expect(errors).toEqual([])
  })

  it('sends 500 for a stream when authorize answers something truthy but not true', async () => {
    const { hub, ask, errors } = hubBench({ authorize: () => 'yes' as never })
    expect((await ask('/events?topics=a')).status).toBe(500)
    expect(errors).toEqual([['authorize', 'TypeError: authorize must answer true or false, got "yes"']])
    expect(hub.stats().clients).toBe(0)
  })

  it('sends 500 for a change of topics when authorize answers something truthy but not true', async () => {
    const { hub, stream, post, errors } = hubBench({ authorize: () => ({}) as never })
    const { find } = await stream()
    const change = { clientId: find('connected')?.['clientId'], rev: 1, add: ['a'] }
    expect((await post(change)).status).toBe(500)
    expect(hub.clients()[0]?.topics).toEqual([])
    expect(errors).toHaveLength(1)
  })

  it('sends 500 when canReadAll answers something truthy but not true', async () => {
    const { ask, errors } = hubBench({ canReadAll: () => 1 as never })
    expect((await ask('/events?lastEventId=earliest')).status).toBe(500)
    expect(errors).toEqual([['canReadAll', 'TypeError: canReadAll must answer true or false, got 1']])
  })
})
