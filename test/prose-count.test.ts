import { describe, expect, it } from 'vitest'
import {
  blocksOfComments,
  blocksOfMarkdown,
  blocksOfMessages,
  count,
  faultsOf,
  ratesOf,
} from '../scripts/prose-count.ts'

/* The counter behind the check of the prose (`npm run lint`). */

const oddIn = (...texts: string[]): string[] => count(texts).odd.map(({ word }) => word)

describe('odd words', () => {
  it.each([
    ['Whoever connects gets it.', ['Whoever']],
    ['Those who were away connect anew.', ['Those who', 'anew']],
    ['It is loaded as of an id, and besides that kept.', ['as of', 'besides']],
    ['The clients are told of it, and nobody knows what became of them.', ['are told', 'what became of']],
    ['The client whose tab the leader whose page froze had.', ['whose']],
    ['The rest is what the server keeps.', ['is what']],
  ])('are found in "%s"', (text, words) => {
    expect(oddIn(text)).toEqual(words)
  })

  it.each([
    'The client reconnects, and the server replays the missed events.',
    'The client whose tab has the lead.',
    'You pay only for what you import.',
    'The option `whoever` is code, and so is `as of`.',
    'It was https://example.com/anew that answered.',
  ])('are not found in "%s"', (text) => {
    expect(oddIn(text)).toEqual([])
  })

  it('include a clause in place of a subject, but no question, no heading and no list of names', () => {
    expect(oddIn('What cannot be sent is an error.')).toEqual(['What'])
    expect(oddIn('It is checked. Who asks for the lead hears it.')).toEqual(['Who'])
    expect(oddIn('What does a gap mean?', '## What it does for you', '- What is new')).toEqual([])
  })

  it('come with their sentences', () => {
    expect(count(['All is well. It comes\nback anew.']).odd).toEqual([
      { word: 'anew', sentence: 'It comes back anew.' },
    ])
  })
})

describe('words, sentences and marks', () => {
  it('are counted in prose alone', () => {
    const { words, sentences, marks } = count([
      'It waits; then it asks: once. See `a: b` and [the page](x.md) at 12:30.',
    ])
    expect({ words, sentences, marks }).toEqual({ words: 14, sentences: 2, marks: 2 })
  })

  it('end a sentence before a capital, a digit or code, and not inside of an abbreviation in code', () => {
    expect(count(['It is 1.5 s. `retry` is a minimum. 204 ends it. The file is a.b.c here.']).sentences).toBe(4)
  })

  it('give rates that do not divide by zero', () => {
    expect(ratesOf(count([]))).toEqual({ odd: 0, marks: 0 })
  })
})

describe('the blocks of a document', () => {
  it('leave out code, tables and comments, and take each list item by itself', () => {
    const text = [
      '# Title',
      'One.',
      '',
      '```ts',
      'whoever()',
      '```',
      '| anew | x |',
      '<!-- besides -->',
      '- a',
      '- b',
    ].join('\n')
    expect(blocksOfMarkdown(text).map((block) => block.trim())).toEqual(['# Title\nOne.', '- a', '- b'])
  })
})

describe('the blocks of a source', () => {
  it('are its comments, without their stars and tags', () => {
    const source = [
      '/**',
      ' * One',
      ' * comment.',
      ' * @param name - Its name.',
      ' */',
      "const url = 'https://no.comment'",
      '// Two lines,',
      '// one comment.',
      'const x = 1 // And one behind code.',
    ].join('\n')
    const blocks = blocksOfComments(source).map((block) => block.replace(/\s+/g, ' ').trim())
    expect(blocks).toEqual(['One comment.', 'Its name.', 'Two lines, one comment.', 'And one behind code.'])
  })

  it('are its messages of four words or more, and nothing with markup in it', () => {
    const strings = [
      'no such option',
      'there is no option x',
      'order.created',
      '<p>this is a page</p>',
      'a: the port is taken',
    ]
    expect(blocksOfMessages(strings)).toEqual(['there is no option x', 'a: the port is taken'])
  })
})

describe('a text', () => {
  const plain = 'The client sends the last event id with the next request.'

  it('passes with three odd words in a thousand, and with one in a few', () => {
    expect(faultsOf(count([...Array(91).fill(plain), 'It comes anew.', 'It comes anew.', 'It comes anew.']))).toEqual(
      [],
    )
    expect(faultsOf(count(['It comes anew.']))).toEqual([])
  })

  it('fails with more', () => {
    expect(faultsOf(count([...Array(40).fill(plain), 'It comes anew.', 'It comes anew.']))).toEqual([
      '4.5 odd words per 1,000, of 3',
    ])
  })

  it('fails with more than a mark in two sentences', () => {
    expect(faultsOf(count(['It waits: a second.', 'It asks.']))).toEqual([])
    expect(faultsOf(count(['It waits: a second; then it asks.', plain]))).toEqual([
      '100 ; and : per 100 sentences, of 50',
    ])
  })
})
