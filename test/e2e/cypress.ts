import type { Locator, Page } from 'playwright'
import { expect } from 'vitest'

/*
 * A stand-in for Cypress, which cannot be had here: installing it downloads a program. It has the few commands that
 * examples/testing/cypress/orders.cy.ts uses, as Cypress documents them: they are queued while the body of a test runs and
 * carried out afterwards, one with the subject of the one before; what is asked of elements is asked again until it is so; a
 * request that is refused fails the test. Nothing of Cypress's own network layer is in it.
 */

type Command = (subject: unknown, page: Page) => unknown

/** Commands of the test that is being read. */
let queue: Command[] = []

const isLocator = (subject: unknown): subject is Locator => typeof Object(subject).allTextContents === 'function'

/** What each assertion looks at, and when it is content. */
const CHAINERS: Readonly<Record<string, (subject: unknown, expected: unknown) => unknown>> = {
  'deep.equal': (subject, expected) => expect(subject).toEqual(expected),
  'have.text': (subject, expected) =>
    poll(subject, async (found) => (await found.allTextContents()).join(''), expected),
  'have.length': (subject, expected) => poll(subject, (found) => found.count(), expected),
  'be.visible': (subject) => poll(subject, (found) => found.isVisible(), true),
  'not.be.visible': (subject) => poll(subject, (found) => found.isVisible(), false),
}

function poll(subject: unknown, look: (found: Locator) => Promise<unknown>, expected: unknown): Promise<void> {
  if (!isLocator(subject)) return expect.fail('cy.get() must come first')
  return expect.poll(() => look(subject), { interval: 20 }).toEqual(expected)
}

const chain: typeof cy = {
  visit: (path) => add((_, page) => page.goto(path)),
  request: (method, path, body) =>
    add(async (_, page) => {
      const response = await page.request.fetch(path, { method, ...(body && { data: body }), failOnStatusCode: true })
      return { status: response.status(), body: await response.json() }
    }),
  get: (selector) => add((_, page) => page.locator(selector)),
  its: (path) => add((subject) => path.split('.').reduce((value, key) => Object(value)[key], subject)),
  should: (chainer: string, expected?: unknown) =>
    add(async (subject) => {
      const check = CHAINERS[chainer]
      if (!check) return expect.fail(`the stand-in for Cypress does not know ${chainer}`)
      await check(subject, expected)
      return subject
    }),
}

// Which subject a command has, the file's own types have checked.
function add<Chain>(command: Command): Chain {
  queue.push(command)
  return chain as Chain
}

/** What a spec says, read without being run. */
export interface Spec {
  readonly title: string
  run(page: Page): Promise<void>
}

/** Reads a spec that takes `describe`, `it`, `beforeEach` and `cy` from the global object, as those of Cypress do. */
export async function readSpec(load: () => Promise<unknown>): Promise<readonly Spec[]> {
  const specs: Spec[] = []
  const before: (() => void)[] = []
  const titles: string[] = []

  async function run(body: () => void, page: Page): Promise<void> {
    queue = []
    for (const each of [...before, body]) each()
    let subject: unknown
    for (const command of queue) subject = await command(subject, page)
  }
  Object.assign(globalThis, {
    cy: chain,
    describe(title: string, body: () => void) {
      titles.push(title)
      body()
      titles.pop()
    },
    it: (title: string, body: () => void) =>
      specs.push({ title: [...titles, title].join(' '), run: (page) => run(body, page) }),
    beforeEach: (body: () => void) => before.push(body),
  })
  await load()
  return specs
}
