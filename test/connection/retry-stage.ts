import type { Step } from 'headwater/testing'

export const refuse = (status: number, headers: Record<string, string> = {}): Step[] => [
  { refuse: { status, headers } },
]
/** News, and a clean end. */
export const news = (id?: string): Step[] => [{ send: { event: 'tick', data: 1, ...(id && { id }) } }, { end: true }]
