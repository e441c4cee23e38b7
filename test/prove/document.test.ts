import { describe, expect, it } from 'vitest'
import { toDocument, toSentences, toText } from './document.ts'
import { readDocument, readResults } from './results.ts'
import type { Section } from './section.ts'

const section = (title: string): Section => ({
  title,
  date: '2026-11-30',
  command: 'npm run prove -- proxies',
  versions: { nginx: '1.22.1', Node: 'v24.21.0' },
  intro: 'Real proxies.',
  tables: [
    { head: ['', 'nginx'], rows: [['first event', '3 ms']] },
    { title: 'More', head: ['', 'n'], rows: [] },
  ],
  notes: ['One.', 'Two.'],
})

it('has a sentence a line, however its text was broken into lines', () => {
  const text = 'Does it work?\nOver HTTP/1.1 that\nis so. `createSSE` waits, e.g. 1.5 s. [There](x.md) is more.'
  expect(toSentences(text)).toBe(
    'Does it work?\nOver HTTP/1.1 that is so.\n`createSSE` waits, e.g. 1.5 s.\n[There](x.md) is more.',
  )
})

const headings = (text: string): string[] => [...text.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title)

describe('a section of docs/reliability.md', () => {
  it('names day, versions and command, and has the tables and the notes', () => {
    expect(toText(section('Proxies'))).toBe(`## Proxies

Real proxies.

\`npm run prove -- proxies\`, 2026-11-30: nginx 1.22.1, Node v24.21.0.

|  | nginx |
| --- | --- |
| first event | 3 ms |

### More

|  | n |
| --- | --- |

- One.
- Two.`)
  })

  it('stands where it always stands, and one that is not known stands at the end', () => {
    const names = ['zebra', 'soak', 'apple', 'proxies', 'chaos']
    const sections = Object.fromEntries(names.map((name) => [name, section(name)]))
    expect(headings(toDocument(sections))).toEqual(['proxies', 'chaos', 'soak', 'apple', 'zebra'])
  })
})

it('docs/reliability.md says what the results say: `npm run prove -- document` writes it', () => {
  expect(readDocument()).toBe(toDocument(readResults()))
})
