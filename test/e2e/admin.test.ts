import { once } from 'node:events'
import type { Browser, Locator, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Demo, launchBrowser, newPage, PATIENCE, startDemo } from './start.ts'

/*
 * The operator's panel, and what visitors of the shop hear of what is done there.
 */

let demo: Demo
let browser: Browser
let panel: Page
let ada: Page
let bjorn: Page
/** Everything that the pages complain about. */
const complaints: string[] = []

beforeAll(async () => {
  demo = await startDemo()
  browser = await launchBrowser()
  panel = await newPage(browser, complaints)
  await panel.goto(new URL('admin', demo.url).href)
  await panel.locator('main:not([data-stale])').waitFor()
})

afterAll(async () => {
  await browser?.close()
  demo?.process.kill('SIGKILL')
})

/** A visitor comes to the shop. */
async function visit(user: string): Promise<Page> {
  const page = await newPage(browser, complaints)
  // As a tab that has been this user before.
  await page.addInitScript((user) => sessionStorage.setItem('headwater-demo-user', user), user)
  await page.goto(demo.url)
  await page.locator('#verdict[data-result="ok"]').waitFor()
  return page
}

const rows = (): Locator => panel.locator('#clients tbody tr')

/** Fills in a form of the panel's and sends it off. @returns What the panel says came of it. */
async function act(action: string, fields: Readonly<Record<string, string>> = {}): Promise<string> {
  const form = panel.locator(`form[data-action="${action}"]`)
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`)
    if (name === 'message') await field.fill(value)
    else await field.selectOption(value)
  }
  await panel.locator('#outcome').evaluate((outcome) => outcome.replaceChildren())
  await form.locator('button').click()
  await panel.waitForFunction(() => document.querySelector('#outcome')?.textContent)
  return (await panel.locator('#outcome').textContent()) ?? ''
}

/** The line of a page's event log with this text. */
const line = (page: Page, text: string): Locator => page.locator('#log li', { hasText: text })

/** The newest interruption, once the tables have been compared after it. */
async function interruption(
  page: Page,
): Promise<{ result: string | null; label: string | null; reason: string | null }> {
  const newest = page.locator('#interruptions tr[data-result]').first()
  await newest.waitFor()
  return {
    result: await newest.getAttribute('data-result'),
    label: await newest.getAttribute('data-label'),
    reason: await newest.locator('.reason').textContent(),
  }
}

/** So that the next interruption is the only one. */
const forget = (page: Page): Promise<void> => page.locator('#interruptions').evaluate((list) => list.replaceChildren())

describe('the panel', () => {
  it('says so when nobody else listens', async () => {
    await rows().nth(0).waitFor()
    expect(await rows().count()).toBe(1)
    expect(await panel.locator('#clients-note').textContent()).toBe(
      'Only this page is connected. Open the shop in another tab.',
    )
  })

  it('lists every stream with its user, client id and topics', async () => {
    ada = await visit('ada')
    bjorn = await visit('bjorn')
    await panel.waitForFunction(() => document.querySelectorAll('#clients tbody tr').length === 5)
    const cells = await rows().evaluateAll((all) =>
      all.map((row) => [...row.children].map(({ textContent }) => textContent ?? '')),
    )
    for (const row of cells)
      expect(row).toEqual([
        expect.stringMatching(/^(operator|(Ada|Björn)( \(EventSource\))?)$/),
        expect.stringMatching(/^[\w-]{22}$/),
        expect.stringMatching(/^(admin|orders, jobs)$/),
        expect.stringMatching(/^\d+ s$/),
        '0',
      ])
    expect(cells.map(([user, , topics]) => `${user}: ${topics}`)).toEqual([
      'operator: admin',
      'Ada: orders, jobs',
      'Ada (EventSource): orders, jobs',
      'Björn: orders, jobs',
      'Björn (EventSource): orders, jobs',
    ])
    expect(await panel.locator('#topics tbody').innerText()).toMatch(/^admin\s+1\s+jobs\s+4\s+orders\s+4$/)
    expect(await panel.locator('[data-figure="clients"]').textContent()).toBe('5')
  })

  it('receives the id of each user, and nothing else about them', async () => {
    const token = await panel.locator('meta[name="operator-token"]').getAttribute('content')
    const response = await fetch(new URL('api/events?topics=admin', demo.url), {
      headers: { authorization: `Bearer ${token}` },
    })
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if (/event: admin\.report\ndata: .*\n\n/.test(text)) break
    }
    const [, json = ''] = /event: admin\.report\ndata: (.*)\n\n/.exec(text) ?? []
    const fields = ['clientId', 'connectedAt', 'isNative', 'lastSeen', 'live', 'queue', 'topics']
    const visitor = [...fields, 'userId']
    expect(JSON.parse(json).clients.map((client: object) => Object.keys(client).sort())).toEqual([
      fields,
      ...[visitor, visitor, visitor, visitor],
      fields,
    ])
    await panel.waitForFunction(() => document.querySelectorAll('#clients tbody tr').length === 5)
  })

  it('publishes a notification to everyone', async () => {
    expect(await act('notify', { message: 'Trout for all', level: 'success', user: '' })).toMatch(
      /The notification for everyone went to 5 streams\.$/,
    )
    await line(ada, 'Trout for all').waitFor()
    await line(bjorn, 'Trout for all').waitFor()
  })

  it('publishes a notification to one user, and nobody takes it for lost', async () => {
    expect(await act('notify', { message: 'For one alone', user: 'ada' })).toMatch(
      /The notification for Ada went to 2 streams\.$/,
    )
    await act('notify', { message: 'For the rest too', user: '' })
    await line(ada, 'For one alone').waitFor()
    await line(bjorn, 'For the rest too').waitFor()
    expect(await line(bjorn, 'For one alone').count()).toBe(0)
    await bjorn.locator('#others', { hasText: '1 left out by the server' }).waitFor()
    expect(await ada.locator('#others').textContent()).toBe('None so far')
    for (const page of [ada, bjorn])
      expect(await page.locator('#ids').textContent()).toMatch(/none missing, none twice$/)
  })

  it('publishes an order', async () => {
    const [, number] = /The order, event (#\d+), went to 4 streams\.$/.exec(await act('order')) ?? []
    expect(number).toBeDefined()
    for (const page of [ada, bjorn]) await line(page, `${number}order.created`).waitFor()
  })

  it('kicks a user, whose stream ends and comes back without a loss', async () => {
    await forget(ada)
    await forget(bjorn)
    expect(await act('kick', { user: 'ada' })).toMatch(/2 streams of Ada closed\.$/)
    expect(await interruption(ada)).toEqual({ result: 'ok', label: 'unexpected', reason: 'ended by the server' })
    expect(await bjorn.locator('#interruptions tr').count()).toBe(0)
    await panel.locator('[data-figure="endings"]', { hasText: '2 kicked' }).waitFor()
    expect(await act('kick', { user: 'chiara' })).toMatch(/Chiara has no open stream\.$/)
  })

  it('drains the process: everybody goes over to the next one without a loss', async () => {
    await forget(ada)
    await forget(bjorn)
    expect(await panel.locator('#process').textContent()).toMatch(/^Process 1, running for /)
    expect(await act('drain')).toMatch(/A new process runs\./)
    for (const page of [ada, bjorn]) {
      const { result, reason } = await interruption(page)
      expect(result).toBe('ok')
      // Who was given the very last moment to leave may be sent away before.
      expect(reason).toMatch(/^(reconnected, nothing failed|ended by the server)$/)
      expect(await page.locator('#headline').textContent()).toMatch(/^headwater lost nothing: /)
      await page.locator('#streams[data-result="ok"]').waitFor()
    }
    await panel.locator('#process', { hasText: /^Process 2, running for / }).waitFor()
    await panel.waitForFunction(() => document.querySelectorAll('#clients tbody tr').length === 5)
    expect(await panel.locator('[data-figure="errors"]').textContent()).toBe('none')
    expect(await panel.locator('[data-figure="gaps"]').textContent()).toBe('0')
  })

  it('resets the log, and everybody is told of a gap', async () => {
    expect(await act('reset')).toMatch(/The log is empty\. The new one is called [a-z0-9]+\.$/)
    for (const page of [ada, bjorn])
      await page
        .locator('#headline', {
          hasText: 'Events were lost: the server began a new log. The table was loaded afresh.',
        })
        .waitFor()
    expect(await ada.locator('#equal').textContent()).toMatch(/^12 rows equal the server’s at #\d{1,3}, /)
  })

  it('is for operators alone', async () => {
    const { token } = await (await fetch(new URL('api/token?user=chiara', demo.url))).json()
    const send = async (path: string, authorization?: string): Promise<number> => {
      const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) }
      const body = JSON.stringify({ event: 'notification', data: {} })
      return (await fetch(new URL(path, demo.url), { method: 'POST', headers, body })).status
    }
    const paths = ['api/admin/order', 'api/admin/kick?user=ada', 'api/events', 'api/events/reset']
    const drain = 'api/admin/drain'
    for (const path of [...paths, drain]) expect(await send(path), path).toBe(401)
    for (const path of paths) expect(await send(path, `Bearer ${token}`), path).toBe(403)
    expect(await send(drain, `Bearer ${token}`)).toBe(401)
    const claims = { role: 'operator', issued: Date.now(), expires: Date.now() + PATIENCE }
    const forged = `${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${token.split('.')[1]}`
    for (const path of [...paths, drain]) expect(await send(path, `Bearer ${forged}`), path).toBe(401)

    const response = await fetch(new URL('api/events?topics=admin,orders', demo.url), {
      headers: { authorization: `Bearer ${token}` },
    })
    const reader = response.body?.getReader()
    const { value } = (await reader?.read()) ?? {}
    await reader?.cancel()
    expect(new TextDecoder().decode(value)).toContain('"topics":["orders"]')
  })

  it('says what could not be done', async () => {
    await panel.route('**/api/admin/order', (route) => route.fulfill({ status: 503 }))
    expect(await act('order')).toMatch(/That failed: \/api\/admin\/order answers 503\.$/)
    expect(await panel.locator('#outcome').getAttribute('data-result')).toBe('failed')
    await panel.unroute('**/api/admin/order')
  })

  it('marks its figures as old while its stream is down', async () => {
    expect((await fetch(new URL('api/faults/restart', demo.url), { method: 'POST' })).status).toBe(202)
    await panel.locator('main[data-stale]').waitFor()
    expect(await panel.locator('#as-of').textContent()).toMatch(/^Last report .+, none since$/)
    // One at a time: what is under way is not waited for, but told.
    expect(await act('drain')).toMatch(/That failed: \/api\/admin\/drain answers 409\.$/)
    await panel.locator('#process', { hasText: /^Process 3, running for / }).waitFor()
    expect(await panel.locator('main[data-stale]').count()).toBe(0)
  })

  it('leads the keyboard to every action, visibly', async () => {
    await panel.reload()
    const reached = new Set<string | undefined>()
    // The link that skips, the link to the shop, two codes, and the fields and buttons of the five forms.
    for (let presses = 0; presses < 13; presses++) {
      await panel.keyboard.press('Tab')
      const focus = await panel.locator(':focus').evaluate((element) => ({
        action: element.closest('form')?.dataset['action'],
        outline: getComputedStyle(element).outlineStyle,
      }))
      expect(focus.outline).not.toBe('none')
      if (focus.action) reached.add(focus.action)
    }
    expect([...reached]).toEqual(['notify', 'order', 'kick', 'drain', 'reset'])
  })

  it('fits on a screen of 360 pixels', async () => {
    await panel.setViewportSize({ width: 360, height: 740 })
    expect(await panel.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  })

  it('leads to the shop, and back', async () => {
    await panel.getByRole('link', { name: 'Back to the shop' }).click()
    await panel.getByRole('link', { name: 'Operator’s panel' }).click()
    await panel.locator('#process').waitFor()
    expect(new URL(panel.url()).pathname).toBe('/admin')
  })

  it('complains of nothing but the requests that were broken', () => {
    expect(
      complaints.filter(
        (text) =>
          !/^Failed to load resource.* \S+\/api\/(events\S*|connections\S*|published\S*|orders|admin\/(order|drain))$/.test(
            text,
          ),
      ),
    ).toEqual([])
  })

  it('ends with both processes, in the middle of a drain', async () => {
    const page = await newPage(browser, [])
    await page.goto(new URL('admin', demo.url).href)
    await page.locator('form[data-action="drain"] button').click()
    await page.locator('#outcome[data-result="ok"]').waitFor()
    // The servers' processes hold the same pipe: it closes when all have gone.
    const closed = once(demo.process, 'close')
    demo.process.kill('SIGTERM')
    expect(await closed).toEqual([0, null])
  })
})
