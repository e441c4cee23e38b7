import '@angular/compiler'
import { createEnvironmentInjector, type EnvironmentInjector, Injector, runInInjectionContext } from '@angular/core'
import { expect, it } from 'vitest'
import { injectNotifications, SSE } from '../../examples/angular/notifications.ts'
import { stage } from './stage.ts'

it("Angular's toSignal follows a store for as long as its injector lives", async () => {
  const { sse, open, notify, expectReleased } = stage()
  // A parent that has nothing will do; the type wants what a whole app has.
  const nothing = Injector.NULL as EnvironmentInjector
  const injector = createEnvironmentInjector([{ provide: SSE, useValue: sse }], nothing)
  const { status, unread } = runInInjectionContext(injector, injectNotifications)
  expect([status().status, unread()]).toEqual(['idle', 0])
  await open()
  expect([status().isConnected, unread()]).toEqual([true, 0])
  await notify(2)
  expect(unread()).toBe(2)
  injector.destroy()
  await notify()
  expect(unread()).toBe(2)
  await expectReleased()
})
