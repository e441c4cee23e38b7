import { onTestFinished, vi } from 'vitest'
import { createApp, defineComponent, type Plugin, type VNodeChild } from 'vue'

export type Setup = () => unknown

/** A component of this setup; it renders what the setup returns, if that is a function. */
export const component = (setup: Setup) =>
  defineComponent({
    setup() {
      const render = setup()
      return (): VNodeChild => (typeof render === 'function' ? render() : null)
    },
  })

/** A page whose root is this component, and what Vue warned of or caught meanwhile. */
export function mount(setup: Setup, plugin?: Plugin) {
  const app = createApp(component(setup))
  const page = document.createElement('div')
  const troubles: unknown[] = []
  app.config.warnHandler = (message) => troubles.push(message)
  app.config.errorHandler = (error) => troubles.push(error)
  if (plugin) app.use(plugin)
  app.mount(page)
  onTestFinished(() => app.unmount())
  return { page, troubles, unmount: () => app.unmount() }
}

/** What a setup gives, and the page it is in. */
export function run<T>(setup: () => T, plugin?: Plugin) {
  let result: T | undefined
  const mounted = mount(() => {
    result = setup()
  }, plugin)
  if (mounted.troubles.length) throw mounted.troubles[0]
  return { ...mounted, result: result as T }
}

/** What Vue warns of without an app. */
export function warnings() {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => warn.mockRestore())
  return () => warn.mock.calls.map(([message]) => String(message))
}
