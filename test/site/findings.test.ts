import { expect, it } from 'vitest'
import { describeViolation, findingsOf, ownLinks, type Seen } from '../../site/findings.ts'

const page = (path: string, links: string[], problems: string[] = []): Seen => ({
  path,
  links,
  problems,
  ids: new Set(['the-end', 'größe']),
})
const FILES = new Set(['index.html', 'a.html', 'api/index.html', 'b.html', 'logo.svg'])

it('links to pages, folders, files and anchors that are there are no findings', () => {
  const links = ['', '#the-end', 'a.html', 'a.html#the-end', 'a.html#gr%C3%B6%C3%9Fe', 'api/', 'logo.svg']
  expect(findingsOf([page('index.html', links), page('a.html', [])], FILES)).toEqual([])
})

it('a link to a page or an anchor that is not there is one finding, however often it comes', () => {
  const links = ['gone.html', 'a.html#gone', 'gone.html', 'api']
  expect(findingsOf([page('index.html', links), page('a.html', [])], FILES)).toEqual([
    'index.html\n  links to gone.html, which is not there\n  links to a.html#gone, which is not there\n  links to api, which is not there',
  ])
})

it('an anchor of a page that was not looked at is no finding', () => {
  expect(findingsOf([page('index.html', ['b.html#gone'])], FILES)).toEqual([])
})

it('the problems of a page stand before its broken links', () => {
  expect(findingsOf([page('a.html', ['gone.html'], ['asks for https://example.com/'])], FILES)).toEqual([
    'a.html\n  asks for https://example.com/\n  links to gone.html, which is not there',
  ])
})

it('links to another origin are left out, also if it begins with the same text', () => {
  const hrefs = ['http://127.0.0.1:80/a.html#x', 'http://127.0.0.1:8080/b.html', 'https://example.com/']
  expect(ownLinks(hrefs, 'http://127.0.0.1:80')).toEqual(['a.html#x'])
})

it('a violation is described by its count and its first three elements', () => {
  type Element = Parameters<typeof describeViolation>[0]['nodes'][number]
  const node = (html: string) => ({ html, any: [{ message: 'Too pale' }] }) as Element
  expect(describeViolation({ id: 'color-contrast', nodes: ['<a>', '<b>', '<i>', '<p>'].map(node) })).toBe(
    'color-contrast, 4 times\n      <a> Too pale\n      <b> Too pale\n      <i> Too pale',
  )
})
