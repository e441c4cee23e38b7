import { expect, it } from 'vitest'
import { linksOf, sidebarOf } from '../../site/sidebar.ts'

const CONTENTS = `# Documentation

- [Before the first group](tabs.md)

## Start

- [Overview](../README.md)

## Servers

- [The server](server.md)
  - [Jobs](server/jobs.md#jobs)
`

it('the sidebar has a group for each heading, and items below items', () => {
  expect(sidebarOf(CONTENTS)).toEqual([
    { text: 'Start', link: '/contents#start', items: [{ text: 'Overview', link: '/overview' }] },
    {
      text: 'Servers',
      link: '/contents#servers',
      items: [{ text: 'The server', link: '/server', items: [{ text: 'Jobs', link: '/server/jobs#jobs' }] }],
    },
  ])
})

it('all addresses of the sidebar are listed without anchors', () => {
  expect(linksOf(sidebarOf(CONTENTS))).toEqual(['/contents', '/overview', '/contents', '/server', '/server/jobs'])
})

it('the sidebar refuses a link to a file that is no page', () => {
  expect(() => sidebarOf('## Start\n\n- [Manifest](../package.json)\n')).toThrow('no page of the site')
})
