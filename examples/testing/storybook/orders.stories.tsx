import type { Meta, StoryObj } from '@storybook/react'
import { SSEProvider } from 'headwater/react'
import { createMockStream, type Step } from 'headwater/testing'
import { sseHandler } from 'headwater/testing/msw'
import { expect, within } from 'storybook/test'
import { type Events, Orders } from '../react/orders.tsx'

const meta: Meta<typeof Orders> = {
  component: Orders,
  decorators: [
    (Story) => (
      <SSEProvider url="/api/orders">
        <Story />
      </SSEProvider>
    ),
  ],
}
export default meta

const created = (id: string, total: number): Step => ({ send: { event: 'order.created', data: { id, total }, id } })

export const Connecting: StoryObj = {
  parameters: { msw: [sseHandler('/api/orders', [{ open: { delay: 600_000 } }])] },
}

export const Live: StoryObj = {
  parameters: { msw: [sseHandler('/api/orders', [created('A-1', 1200), { wait: 500 }, created('A-2', 300)])] },
}

export const Unavailable: StoryObj = {
  parameters: { msw: [sseHandler('/api/orders', [{ refuse: { status: 503, headers: { 'retry-after': '3600' } } }])] },
}

export const Forbidden: StoryObj = {
  parameters: { msw: [sseHandler('/api/orders', [{ refuse: { status: 403 } }])] },
}

export const BackAgain: StoryObj = {
  parameters: {
    msw: [sseHandler('/api/orders', [[created('A-1', 1200), { wait: 500 }, { drop: true }], [created('A-2', 300)]])],
  },
}

const stream = createMockStream<Events>()

export const OneMore: StoryObj = {
  parameters: { msw: [sseHandler('/api/orders', stream)] },
  async play({ canvasElement }) {
    const canvas = within(canvasElement)
    await canvas.findByText('live')
    stream.send('order.created', { id: 'A-3', total: 40 })
    await expect(await canvas.findByText('A-3: 40')).toBeVisible()
  },
}
