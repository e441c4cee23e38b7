import type { Page } from 'playwright'
import { expect } from 'vitest'

/*
 * The three panels of the demo, as a visitor sees them.
 */

interface PanelView {
  readonly text: string | null
  /** How long the bar of the job is. */
  readonly job: number | undefined
}

/** Vanilla, React, Vue; read in one go, as events go on coming. */
export function readPanels(page: Page): Promise<PanelView[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('#vanilla, #react, #vue')].map((panel) => ({
      text: panel.textContent,
      job: panel.querySelector('progress')?.value,
    })),
  )
}

/**
 * Longer than the pause between two events, and no longer: later ones would repair what was lost, as they carry whole
 * values.
 */
const FRAMES = 60

/** Whether the panels come to say what the table does: it is drawn once a frame, they are whenever events have come. */
const equalTable = (page: Page): Promise<boolean> =>
  page.evaluate(async (frames) => {
    const digits = (text: string | null | undefined): number => Number(text?.replace(/\D/g, ''))
    for (let frame = 0; frame < frames; frame++) {
      await new Promise(requestAnimationFrame)
      const rows = [...document.querySelectorAll('#orders tr:not([data-status="delivered"])')]
      const total = rows.reduce((sum, row) => sum + digits(row.querySelector('.total')?.textContent), 0)
      const same = [...document.querySelectorAll('#vanilla, #react, #vue')].every((panel) => {
        const [open, worth] = panel.querySelector('.open')?.textContent.split(', worth ') ?? []
        return digits(open) === rows.length && digits(worth) === total
      })
      if (same) return true
    }
    return false
  }, FRAMES)

/** The panels agree with each other and with the table of orders, over one stream. */
export async function expectAgreement(page: Page, url: string): Promise<void> {
  expect(await equalTable(page)).toBe(true)
  const [vanilla, ...others] = await readPanels(page)
  expect(vanilla?.text).toMatch(/^Connectionconnected/)
  expect(others).toEqual([vanilla, vanilla])
  await page.locator('#agreement[data-result="ok"]').waitFor()
  await page.locator('#streams[data-result="ok"]').waitFor()
  // By the server's own word, and whichever page they are for.
  await expect.poll(async () => (await fetch(new URL('api/connections', url))).json()).toEqual({ streams: 1 })
}
