import { expect, it } from 'vitest'
import { defineNotifications } from '../../examples/lit/notifications.ts'
import { stage } from './stage.ts'

it('a Lit element follows stores while it is in the document', async () => {
  const { sse, stream, clock, open, notify, expectReleased } = stage()
  defineNotifications(sse)
  const element = document.createElement('app-notifications')
  await clock.settle()
  expect(stream.requests).toHaveLength(0)
  const texts = (): (string | null)[] =>
    [...(element.shadowRoot?.querySelectorAll('p') ?? [])].map(({ textContent }) => textContent)
  document.body.append(element)
  await open()
  expect(texts()).toEqual(['live', '0 unread'])
  await notify(2)
  expect(texts()).toEqual(['live', '2 unread'])
  element.remove()
  await expectReleased()
  document.body.append(element)
  await open()
  expect(texts()).toEqual(['live', '2 unread'])
  element.remove()
  await expectReleased()
})
