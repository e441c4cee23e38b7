import { eventSourceTransport } from 'headwater'
import { createHubClient } from 'headwater/hub'
import { SSEProvider, useSSEEvent, useSSEValue } from 'headwater/react'
import { keepCursor } from 'headwater/resume'
import { createStatusStore } from 'headwater/store'
import { acrossTabs } from 'headwater/tabs'
import { type ReactNode, useState } from 'react'
import { createRoot } from 'react-dom/client'

/*
 * A page that uses what a page may use of the package: a client, tabs, a kept cursor, stores and React's hooks. Its server allows it
 * nothing but its own scripts and its own address.
 */

const options = Object.fromEntries(new URLSearchParams(location.search))

/** What the page heard, and what its policy has forbidden. */
const heard = {
  numbers: [] as unknown[],
  notes: [] as unknown[],
  role: '',
  status: '',
  violations: [] as string[],
  errors: [] as string[],
}

addEventListener('securitypolicyviolation', ({ violatedDirective }) => heard.violations.push(violatedDirective))
addEventListener('error', ({ message }) => heard.errors.push(message))
addEventListener('unhandledrejection', ({ reason }) => heard.errors.push(`${reason}`))

const tabs = options['tabs'] === undefined ? undefined : acrossTabs()
const client = createHubClient('/events', {
  transport: options['native'] === undefined ? tabs : eventSourceTransport(),
  resume: keepCursor('local'),
})
tabs?.role.subscribe((role) => {
  heard.role = role
})
const status = createStatusStore(client)
status.subscribe((value) => {
  heard.status = value.status
})
client.subscribe('n', (data) => heard.numbers.push(data))
// The native EventSource hears only names that somebody subscribes to.
client.subscribe('note', () => {})
client.topic('notes').subscribe((data) => heard.notes.push(data))

function Numbers(): ReactNode {
  const [last, setLast] = useState<unknown>('none')
  const count = useSSEValue('n', { initial: 0, reduce: (count: number) => count + 1 })
  useSSEEvent('n', setLast)
  return `last ${String(last)}, ${String(count)} in all`
}

createRoot(document.querySelector('main') ?? document.body).render(
  <SSEProvider client={client}>
    <Numbers />
  </SSEProvider>,
)

const kit = {
  heard,
  send: (type: string, data: unknown) => client.send(type, data),
  /** The names in the minified file, which no bundler has seen. */
  async namesOf(path: string): Promise<string[]> {
    return Object.keys(await import(path))
  },
  /** Does what the policy forbids. */
  break() {
    const image = document.createElement('img')
    image.src = 'https://example.com/x.png'
    document.body.append(image)
    try {
      document.body.innerHTML = '<b>text</b>'
    } catch (error) {
      heard.errors.push((error as Error).name)
    }
    // Later: a debugger that calls this may evaluate texts.
    setTimeout(() => {
      try {
        new Function('return 1')()
      } catch (error) {
        heard.errors.push((error as Error).name)
      }
    })
  },
}

declare global {
  interface Window {
    page: typeof kit
  }
}

window.page = kit
