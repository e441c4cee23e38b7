import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cleanup, render } from '@testing-library/react'
import { createElement } from 'react'
import { mount, unmount } from 'svelte'
import { expect, it, type TestContext } from 'vitest'
import { createApp } from 'vue'
import { compileScript, parse } from 'vue/compiler-sfc'
import { freePort } from '../../scripts/free-port.ts'
import { eventually } from '../support/eventually.ts'

/*
 * The code in the README runs as pasted: each block is a file with the name in its first line. Servers and scripts run in
 * Node, on the package as it is built. Components run in this page, on the sources. Only the port is another one.
 */

const root = join(import.meta.dirname, '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')

interface Block {
  readonly language: string
  readonly code: string
}
const blocks: readonly Block[] = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
  ([, language = '', code = '']) => ({ language, code }),
)
const NAME = /^(?:\/\/|<!--) (\S+\.\w+)(?: -->)?\n/
const named = new Map(blocks.map(({ code }) => [NAME.exec(code)?.[1] ?? '', code]))

function code(name: string): string {
  const found = named.get(name)
  if (found === undefined) throw new Error(`The README has no ${name}.`)
  return found
}

/** A fresh project, as `npm init` makes it, with the built package installed. */
function project(port: number, { onTestFinished }: TestContext) {
  if (!existsSync(join(root, 'dist')))
    throw new Error('There is no dist/ to run the README with: run `npm run build` first.')
  const parent = join(root, '.snippets')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'readme-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }')
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/headwater'), 'junction')
  const write = (name: string, text = code(name)): string => {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text.replaceAll('8080', `${port}`))
    return path
  }
  return {
    write,
    load: (name: string, text?: string) => import(/* @vite-ignore */ pathToFileURL(write(name, text)).href),
  }
}

/** `node <file>`, and what it prints. */
function node(file: string, { onTestFinished }: TestContext) {
  const child: ChildProcess = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = { text: '' }
  child.stdout?.on('data', (chunk) => (printed.text += chunk))
  child.stderr?.on('data', (chunk) => (printed.text += chunk))
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  onTestFinished(end)
  return { printed, end }
}

/** Waits until a server answers. */
async function answers(port: number): Promise<void> {
  const response = await eventually(() => fetch(`http://localhost:${port}/`))
  await response.body?.cancel()
}

it('has a test for each of its blocks', () => {
  const tested = ['server.mjs', 'start.mjs', 'typed.mts', 'src/sse.ts', 'src/App.tsx', 'src/App.vue', 'src/App.svelte']
  tested.push('src/main.ts', 'hub.mts', 'src/live.ts')
  expect([...named.keys()].filter(Boolean).sort()).toEqual(tested.sort())
  const others = blocks.filter(({ code }) => !NAME.test(code)).map(({ language }) => language)
  expect(others).toEqual(['sh', 'html', 'tsx', 'sh', 'sh'])
})

it('quotes the test of a component as it is', () => {
  const [, file = '', code] = /^<!-- (examples\/\S+) -->\n```tsx\n(.*?)^```$/ms.exec(readme) ?? []
  expect(code).toBe(readFileSync(join(root, file), 'utf8'))
})

it.concurrent('has a quick start that goes on where it stopped when its server is started again', async (test) => {
  const port = await freePort()
  const { write } = project(port, test)
  const server = write('server.mjs')
  const first = node(server, test)
  await answers(port)
  const start = node(write('start.mjs'), test)
  const typed = node(write('typed.mts'), test)
  await eventually(() => expect(start.printed.text).toContain("'A-1'"))
  await eventually(() => expect(typed.printed.text).toContain('A-1 10'))
  await first.end()
  node(server, test)
  await eventually(() => expect(start.printed.text).toContain("'A-2'"))
  expect(start.printed.text).toMatch(/^idle\nconnecting\nopen\n/)
  expect(start.printed.text.match(/'A-1'/g)).toHaveLength(1)
  expect(typed.printed.text).toMatch(/^load the orders: events may be missing/)
  expect(typed.printed.text).toContain("order.created { id: 'A-1', total: 10 }")
  await eventually(() => expect(typed.printed.text).toMatch(/next attempt in \d+ ms: /))
})

it.concurrent('has components and a plain script that show the orders of its server', async (test) => {
  const port = await freePort()
  const { write, load } = project(port, test)
  node(write('server.mjs'), test)
  await answers(port)
  write('src/sse.ts')
  const { default: App } = await load('src/App.tsx')
  const react = render(createElement(App)).container
  test.onTestFinished(cleanup)

  const { descriptor } = parse(code('src/App.vue'))
  const vueCode = compileScript(descriptor, { id: 'app', inlineTemplate: true }).content
  const vue = document.body.appendChild(document.createElement('div'))
  const app = createApp((await load('src/AppVue.ts', vueCode)).default)
  app.mount(vue)
  test.onTestFinished(() => app.unmount())

  const svelte = document.body.appendChild(document.createElement('div'))
  const component = mount((await load('src/App.svelte')).default, { target: svelte })
  test.onTestFinished(() => unmount(component))

  const before = new Set(document.body.children)
  await load('src/main.ts')
  const [line] = [...document.body.children].filter((element) => !before.has(element))
  // The page is that of all examples.
  test.onTestFinished(() => {
    for (const element of [vue, svelte, line]) element?.remove()
  })
  const shown = /^\s*(live )?A-\d: \d0\s*$/
  for (const place of [react, vue, svelte, line]) await eventually(() => expect(place?.textContent).toMatch(shown))

  const { sse } = await load('src/sse.ts')
  sse.close()
})

it.concurrent('has a page without a bundler that shows the events of its server', async (test) => {
  const port = await freePort()
  const { write } = project(port, test)
  node(write('server.mjs'), test)
  await answers(port)
  const page = blocks.find(({ language }) => language === 'html')?.code ?? ''
  const [, script = ''] = /<script type="module">\n(.*)<\/script>/s.exec(page) ?? []
  // The address is that of the package's file, which is not on a CDN yet. Node has no document.
  const file = pathToFileURL(join(root, 'dist/headwater.min.js')).href
  const address = 'https://cdn.jsdelivr.net/npm/headwater/dist/headwater.min.js'
  expect(script).toContain(address)
  const body = 'globalThis.document = { body: { append: console.log } }\n'
  const { printed } = node(write('page.mjs', body + script.replace(address, file)), test)
  await eventually(() => expect(printed.text).toContain('{"id":"A-1","total":10}'))
})

it.concurrent('has a hub that sends events, takes what the client sends, and lets the pages of Vite connect', async (test) => {
  const port = await freePort()
  const { write } = project(port, test)
  const hub = node(write('hub.mts'), test)
  await answers(port)
  // A bundler takes a `.ts` as a module, Node in such a project a `.mts`.
  write('live.mts', code('src/live.ts'))
  const use = "import { touch } from './live.mts'\nconsole.log('answer', await touch('A-1'))\n"
  const live = node(write('use.mts', use), test)
  await eventually(() => expect(live.printed.text).toMatch(/order\.created \{ id: 'A-\d+', total: \d+ \}/))
  await eventually(() => expect(live.printed.text).toMatch(/answer \{ id: '\S+', delivered: \d+ \}/))
  expect(hub.printed.text).toBe('')
  const headers = { origin: 'http://localhost:5173', accept: 'text/event-stream' }
  const response = await fetch(`http://localhost:${port}/`, { headers })
  expect(response.status).toBe(200)
  expect(response.headers.get('access-control-allow-origin')).toBe(headers.origin)
  await response.body?.cancel()
})
