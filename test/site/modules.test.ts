import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { modulesOf } from '../../site/modules.ts'

const root = join(import.meta.dirname, '../..')

it('the API reference has every entry point of the package', () => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>
  }
  const names = Object.keys(exports).filter((name) => name !== './package.json')
  expect([...modulesOf(root).keys()].sort()).toEqual(names.map((name) => name.replace(/^\./, 'headwater')).sort())
})
