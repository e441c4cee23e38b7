import { expect, it } from 'vitest'
import { verdict } from '../conformance/case.ts'
import { CASES, type Conformity, conformityRows, unknownFaults } from './engines/conformity.ts'

/*
 * What the proof of the engines makes of the cases of the standard: without an engine at hand.
 */

const [FIRST = '', SECOND = ''] = CASES.map(({ title }) => title)
const OUTSIDE_ASCII = 'sends an id outside ASCII as UTF-8'

/** An engine in which each client passes every case but these. */
const seen = (name: Conformity['name'], failing: Partial<Record<keyof Conformity['verdicts'], string>>): Conformity => {
  const verdicts = (failure?: string) =>
    Object.fromEntries(CASES.map(({ title }) => [title, verdict(title !== failure, 'hears nothing')]))
  return {
    name,
    title: name,
    verdicts: {
      headwater: verdicts(failing.headwater),
      'eventsource-class': verdicts(failing['eventsource-class']),
      native: verdicts(failing.native),
    },
  }
}

it('a case that one of our clients does not pass is a failure of the proof', () => {
  expect(unknownFaults(seen('firefox', { headwater: FIRST, 'eventsource-class': SECOND }))).toEqual([
    `firefox: headwater: ${FIRST}: hears nothing`,
    `firefox: eventsource-class: ${SECOND}: hears nothing`,
  ])
})

it('a case that was not run is a failure of the proof', () => {
  const { verdicts, ...rest } = seen('chromium', {})
  const { headwater: _, ...others } = verdicts
  expect(unknownFaults({ ...rest, verdicts: others })).toHaveLength(CASES.length)
})

it('a case that the engine of the page itself does not pass is none', () => {
  expect(unknownFaults(seen('chromium', { native: FIRST }))).toEqual([])
})

it('a case that no client can pass in an engine is a failure in the other engines alone', () => {
  expect(unknownFaults(seen('webkit', { headwater: OUTSIDE_ASCII }))).toEqual([])
  expect(unknownFaults(seen('chromium', { headwater: OUTSIDE_ASCII }))).toHaveLength(1)
})

it('the table counts the cases of each client, and has a row for each that one engine does not pass', () => {
  const rows = conformityRows([seen('chromium', {}), seen('firefox', { headwater: SECOND, native: FIRST })])
  const [all, most] = [`**${CASES.length} of ${CASES.length}**`, `**${CASES.length - 1} of ${CASES.length}**`]
  expect(rows).toEqual([
    ['**`createSSE()`**', all, most],
    [SECOND, '✓', 'hears nothing'],
    ['**`EventSource` of `headwater/eventsource`**', all, all],
    ['**`EventSource` of the engine**', all, most],
    [FIRST, '✓', 'hears nothing'],
  ])
})
