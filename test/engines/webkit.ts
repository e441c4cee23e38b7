import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { findWebKit } from '../../scripts/browsers.mjs'
import { freePort } from '../../scripts/free-port.ts'
import { PATIENCE } from '../e2e/start.ts'

/*
 * WebKit as Linux has it: WebKitGTK's MiniBrowser on a screen that nobody sees, driven over WebDriver. Playwright cannot drive
 * it, and no client of WebDriver is worth a dependency: what goes over the wire is a dozen lines of JSON over `fetch`.
 */

export interface WebKit {
  readonly version: string
  /** A tab in a window of its own is seen; any other is behind the one that the browser came with. */
  open(url: string, where: 'tab' | 'window'): Promise<WebKitTab>
  /** Those that are open. */
  readonly tabs: readonly WebKitTab[]
  close(): Promise<void>
}

export interface WebKitTab {
  goto(url: string): Promise<void>
  goBack(): Promise<void>
  reload(): Promise<void>
  /** @param script - Is sent as text: it knows nothing of what is around it. @param given - Is sent as JSON. */
  evaluate<T, A>(script: (given: A) => T | Promise<T>, given?: A): Promise<T>
  close(): Promise<void>
}

/** Whatever the driver is asked, it answers within this: a test that waits in vain says for what. In milliseconds. */
const ANSWER = PATIENCE / 2

export async function openWebKit(): Promise<WebKit> {
  const found = findWebKit()
  if (found.missing) throw new Error(`WebKit is not installed: there is no ${found.missing.join(', ')}`)
  const leashes: Leash[] = []
  const leashed = (command: string, args: string[], environment = {}): ChildProcess => {
    const leash = leashTo(command, args, environment)
    leashes.push(leash)
    return leash.process
  }
  const end = async (): Promise<void> => {
    for (const leash of leashes.reverse()) await leash.end()
  }
  try {
    const screen = leashed(found.screen, ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'])
    const display = await firstLine(screen.stdio[3] as Readable)
    const port = await freePort()
    // On this screen whatever else there is: GTK prefers Wayland's where a desktop has one.
    leashed(found.driver, [`--port=${port}`], { DISPLAY: `:${display}`, GDK_BACKEND: 'x11', WAYLAND_DISPLAY: '' })
    const call = callTo(`http://127.0.0.1:${port}`)
    await started(call)
    return await openSession(call, found.browser, end)
  } catch (error) {
    await end()
    throw error
  }
}

interface NewSession {
  readonly sessionId: string
  readonly capabilities: { readonly browserVersion: string }
}

type Call = <T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<T>

/** The wire of WebDriver (W3C WebDriver 6). */
function callTo(origin: string): Call {
  return async <T>(method: string, path: string, body?: object) => {
    const signal = AbortSignal.timeout(ANSWER)
    const response = await fetch(origin + path, { method, signal, ...(body && { body: JSON.stringify(body) }) })
    const { value } = (await response.json()) as { value: T & { error?: string; message?: string } }
    if (!response.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`)
    return value
  }
}

async function openSession(call: Call, binary: string, end: () => Promise<void>): Promise<WebKit> {
  const { sessionId, capabilities } = await call<NewSession>('POST', '/session', {
    capabilities: {
      alwaysMatch: {
        browserName: 'MiniBrowser',
        'webkitgtk:browserOptions': { binary, args: ['--automation'] },
      },
    },
  })
  const session = `/session/${sessionId}`
  // The window that the session came with stays: from there the others are opened, and without any there is no session.
  const home = await call<string>('GET', `${session}/window`)
  const tabs: WebKitTab[] = []
  /** Which window the driver's commands go to. */
  let current: string | undefined
  let queue: Promise<unknown> = Promise.resolve()

  function inWindow<T>(handle: string, command: () => Promise<T>): Promise<T> {
    const turn = queue.then(async () => {
      if (current !== handle) await call('POST', `${session}/window`, { handle })
      current = handle
      return command()
    })
    queue = turn.catch(() => {})
    return turn
  }

  return {
    version: capabilities.browserVersion,
    tabs,
    async open(url, type) {
      const { handle } = await inWindow(home, () => call<{ handle: string }>('POST', `${session}/window/new`, { type }))
      const tab: WebKitTab = {
        goto: (url) => inWindow(handle, () => call('POST', `${session}/url`, { url })),
        goBack: () => inWindow(handle, () => call('POST', `${session}/back`, {})),
        reload: () => inWindow(handle, () => call('POST', `${session}/refresh`, {})),
        evaluate: (script, given) =>
          inWindow(handle, () =>
            call('POST', `${session}/execute/sync`, {
              script: `return (${script})(arguments[0])`,
              args: [given ?? null],
            }),
          ),
        async close() {
          tabs.splice(tabs.indexOf(tab), 1)
          await inWindow(handle, async () => {
            await call('DELETE', `${session}/window`)
            current = undefined
          })
        },
      }
      tabs.push(tab)
      await tab.goto(url)
      return tab
    },
    async close() {
      await call('DELETE', session).catch(() => {})
      await end()
    },
  }
}

/** The driver does not say when it listens. */
async function started(call: Call): Promise<void> {
  const deadline = performance.now() + ANSWER
  for (;;) {
    try {
      await call('GET', '/status')
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

interface Leash {
  readonly process: ChildProcess
  end(): Promise<void>
}

/**
 * Starts a program that ends when this process does, however that comes about, with all that it has started itself: a shell waits
 * for the end of its input, and then kills its own process group.
 */
function leashTo(command: string, args: string[], environment: Record<string, string>): Leash {
  const script = '"$@" & exec 3>&-; read -r _; kill $!; wait; kill -KILL 0'
  const child = spawn('/bin/sh', ['-c', script, 'sh', command, ...args], {
    // A group of its own.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  })
  const exited = once(child, 'exit')
  return {
    process: child,
    async end() {
      child.stdin?.end()
      await exited
    },
  }
}

async function firstLine(stream: Readable): Promise<string> {
  for await (const line of createInterface(stream)) return line
  throw new Error('Xvfb did not start')
}
