import { expect, it } from 'vitest'
import { anchorOf, anchorsOf, mendAnchors } from '../../site/anchors.ts'

it('headings get the anchors that GitHub gives them', () => {
  const text = '# The `hub`\n\n## Clean ends, and 404\n\n## Clean ends, and 404\n\n```\n# no heading\n```\n'
  expect([...anchorsOf(text)]).toEqual(['the-hub', 'clean-ends-and-404', 'clean-ends-and-404-1'])
})

it('signatures in headings get an anchor without their signs', () => {
  expect(anchorOf('`useSSE(source?, options?)`')).toBe('usessesource-options')
})

it('a link to a second heading that is not there leads to the first one, and others stay', () => {
  const pages = new Map([
    ['api/hub.md', '## Hub\n\n[a](#hub-1) [b](server/index.md#refuse-1) [c](server/index.md#hub-1) [d](x.md)\n'],
    ['api/server/index.md', '## Hub\n\n## Hub\n\n## refuse\n\n[e](../hub.md#hub-1)\n'],
  ])
  expect(Object.fromEntries(mendAnchors(pages))).toEqual({
    'api/hub.md': '## Hub\n\n[a](#hub) [b](server/index.md#refuse) [c](server/index.md#hub-1) [d](x.md)\n',
    'api/server/index.md': '## Hub\n\n## Hub\n\n## refuse\n\n[e](../hub.md#hub)\n',
  })
})
