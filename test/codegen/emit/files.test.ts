import { describe, expect, it } from 'vitest'
import { emitFiles } from '../../../codegen/emit/files.ts'
import { DOCUMENT } from '../everything.ts'

/*
 * The golden files. `npm run types` compiles them and `npm run lint` checks their format, with all other files.
 */

describe('what is generated of everything', () => {
  it.each(['plain', 'zod', 'valibot'] as const)('is as the golden files have it, with %s', async (schemas) => {
    const files = emitFiles(DOCUMENT, { schemas, publisher: schemas === 'plain', extension: 'ts' })
    for (const [name, text] of files) await expect(text).toMatchFileSnapshot(`../golden/${schemas}/${name}`)
  })

  it.each(['plain', 'zod', 'valibot'] as const)(
    'knows no format by the name of what every object has, with %s',
    (schemas) => {
      const textFor = (format?: string) =>
        emitFiles(
          {
            version: 1,
            events: { a: { schema: { type: 'string', ...(format !== undefined && { format }) } } },
            $defs: {},
          },
          { schemas, publisher: false, extension: 'ts' },
        ).get('schemas.ts')
      for (const format of ['constructor', '__proto__', 'email']) expect(textFor(format)).toBe(textFor())
    },
  )

  it('imports as the project does', () => {
    const importsOf = (extension: 'js' | 'none') =>
      emitFiles(DOCUMENT, { publisher: true, extension })
        .get('publisher.ts')
        ?.match(/'\.\/events.*?'/)?.[0]
    expect([importsOf('js'), importsOf('none')]).toEqual(["'./events.js'", "'./events'"])
  })
})
