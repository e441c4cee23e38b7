import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { mendSearchBox, searchBox } from '../../site/search.ts'

const COMPONENT = 'vitepress/dist/client/theme-default/components/VPLocalSearchBox.vue'
// npm may put it beside the tools of the project, or into the folder of the site.
const [file = ''] = globSync(['node_modules', 'site/node_modules'].map((folder) => `${folder}/${COMPONENT}`))
const source = readFileSync(file, 'utf8')

it('the search dialog of VitePress is a dialog, and each of its results is an option that can be followed', () => {
  const mended = mendSearchBox(source)
  expect(source).toMatch(/<div\s+ref="el"\s+role="button"/)
  expect(mended).toMatch(/<div\s+ref="el"\s+role="dialog"/)
  expect(mended).toMatch(/<li[^>]*role="none"/)
  expect(mended).toMatch(/<a\s[^>]*role="option"/)
})

it('another dialog than the one that is known is refused', () => {
  expect(() => mendSearchBox('<template />')).toThrow('VPLocalSearchBox.vue of VitePress has changed')
})

it('Vite mends the search dialog, and nothing else', () => {
  expect(searchBox.transform(source, file)).toBe(mendSearchBox(source))
  expect(searchBox.transform(source, '/VPNav.vue')).toBeUndefined()
})
