import { createMockServer, type Step } from 'headwater/testing/node'
import { describe, expect, it } from 'vitest'
import { readMockOptions } from '../../../cli/mock/options.ts'
import { MOCK_MANUAL, MOCK_OPTIONS } from '../../../cli/mock/spec.ts'

describe('the help', () => {
  it('shows steps as they are, and every one there is', async () => {
    const shown = [...MOCK_MANUAL.about.matchAll(/^ {2}(\{.*\})$/gm)].flatMap(([, line = '']) => line.split(/ {2}/))
    const steps = shown.map((step): Step => JSON.parse(step))
    await using server = await createMockServer({ script: steps.map((step) => [step]) })
    const wrong = await server.perform({} as Step).catch((error: Error) => error.message)
    const [, names = ''] = /there are: (.*)$/.exec(`${wrong}`) ?? []
    expect(steps.flatMap((step) => Object.keys(step)).sort()).toEqual(names.split(', ').sort())
  })

  it('groups every option', () => {
    expect(MOCK_MANUAL.groups.flatMap(([, options]) => Object.keys(options))).toEqual(Object.keys(MOCK_OPTIONS))
  })

  it('has examples of its own command that can be run as they stand', () => {
    const own = MOCK_MANUAL.examples.flatMap(([, line]) => /^headwater mock([^<]*)/.exec(line)?.[1] ?? [])
    expect(own.length).toBeGreaterThan(1)
    for (const argv of own) expect(() => readMockOptions(argv.split(' ').filter(Boolean))).not.toThrow()
  })
})
