import { expect, it } from 'vitest'
import { anchorOf, anchorsOf } from '../../site/anchors.ts'

it('headings get the anchors that GitHub gives them', () => {
  const text = '# The `hub`\n\n## Clean ends, and 404\n\n## Clean ends, and 404\n\n```\n# no heading\n```\n'
  expect([...anchorsOf(text)]).toEqual(['the-hub', 'clean-ends-and-404', 'clean-ends-and-404-1'])
})

it('signatures in headings get an anchor without their signs', () => {
  expect(anchorOf('`useSSE(source?, options?)`')).toBe('usessesource-options')
})
