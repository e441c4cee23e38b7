import { flushSync, mount, unmount } from 'svelte'
import { expect, it } from 'vitest'
import Notifications from '../../examples/svelte/Notifications.svelte'
import { stage } from './stage.ts'

it('a Svelte component follows stores by $name, and lets go of them', async () => {
  const { sse, open, notify, expectReleased } = stage()
  const component = mount(Notifications, { target: document.body, props: { sse } })
  const texts = (): (string | null)[] => {
    flushSync()
    return [...document.querySelectorAll('p')].map(({ textContent }) => textContent)
  }
  expect(texts()).toEqual(['idle', '0 unread'])
  await open()
  expect(texts()).toEqual(['live', '0 unread'])
  await notify(2)
  expect(texts()).toEqual(['live', '2 unread'])
  await unmount(component)
  await expectReleased()
})
