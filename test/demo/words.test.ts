import { describe, expect, it } from 'vitest'
import { describeEvent } from '../../demo/page/words.ts'
import type { Order } from '../../demo/shared/events.ts'

const patch = (patch: Partial<Order>): string =>
  describeEvent('order.updated', { type: 'order.updated', id: 'A-7', patch, ts: 0 })

describe('a line of the event log', () => {
  it('gives the values as the table of orders does', () => {
    expect(patch({ items: 3, total: 4597 })).toBe('A-7 items 3, total €45.97')
    expect(patch({ eta: 12 })).toBe('A-7 ETA 12 min')
  })

  it('has no time of arrival for an order that has arrived', () => {
    expect(patch({ status: 'delivered', eta: 0 })).toBe('A-7 status delivered')
  })

  it('says how far a job is', () => {
    const data = { name: 'Send receipts', percent: 40 }
    const job = { type: 'job.progress', jobId: 'J-1', status: 'started', timestamp: 0, data } as const
    expect(describeEvent('job.progress', job)).toBe('Send receipts: started, 40 %')
  })
})
