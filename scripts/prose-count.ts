/*
 * Counts what makes prose hard to read: odd words, and chains of `;` and `:`. Pure functions. `scripts/prose.ts` runs them
 * over the project.
 */

export interface Count {
  readonly words: number
  readonly sentences: number
  /** `;` and `:` in prose. Those in code, times and addresses do not count. */
  readonly marks: number
  /** The odd words, each with the sentence that it stands in. */
  readonly odd: readonly Finding[]
}

interface Finding {
  readonly word: string
  readonly sentence: string
}

/** Odd words per 1,000 words, and marks per 100 sentences. A text with more is rewritten. */
const LIMITS = { odd: 3, marks: 50 } as const

const ODD = new RegExp(
  [
    "whoever|whomever|whom|whosoever|anew|besides|thereof|wherein|hereby|as of|those who|of one[’']s own|nothing of it",
    'what comes of|comes? of it|what becomes of|what became of|(?:is|are|was|were) (?:told|said)',
    // A relative clause in place of a noun: "the rest is what the server keeps".
    '(?:is|are|was|were) what',
    // Two in one sentence are a chain.
    'whose(?=.*\\bwhose\\b)',
  ]
    .map((part) => `\\b(?:${part})\\b`)
    .join('|'),
  'gi',
)

/** A sentence that begins with a relative clause: "What cannot be sent is an error." A question is none. */
const HEADLESS = /^(?:What|Who|Whatever|Whichever)\b(?=.*[^?]$)/

/** The words of one block of text, without code and addresses. */
const plain = (block: string): string =>
  block
    .replace(/``.*?``|`[^`]*`/gs, 'Code')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<?https?:\/\/[^\s>)]+>?/g, 'address')
    .replace(/<[^>\n]{1,200}>/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^(?:[-*+>]|\d+\.|#+) +/, '')
    .replace(/\*\*|__/g, '')
    .trim()

const sentencesOf = (block: string): string[] =>
  plain(block)
    .split(/(?<=[.!?…]["”')\]]*) +(?=["“'([*]*[\p{Lu}\d`])/u)
    .filter((sentence) => /\p{L}/u.test(sentence))

/** Counts in blocks of text: paragraphs, list items, comments or messages. */
export function count(blocks: readonly string[]): Count {
  const sentences = blocks.flatMap(sentencesOf)
  const odd = sentences.flatMap((sentence) => {
    const headless = / .*[.:]$/.test(sentence) ? (HEADLESS.exec(sentence)?.[0] ?? []) : []
    return [headless, ...(sentence.match(ODD) ?? [])].flat().map((word) => ({ word, sentence }))
  })
  return {
    words: sentences.reduce(
      (sum, sentence) => sum + (sentence.match(/[\p{L}\p{N}][\p{L}\p{N}’'.-]*/gu) ?? []).length,
      0,
    ),
    sentences: sentences.length,
    marks: sentences.reduce((sum, sentence) => sum + (sentence.match(/[;:](?=\s|$)/g) ?? []).length, 0),
    odd,
  }
}

/** The blocks of a Markdown document: no code, no tables, no comments. */
export function blocksOfMarkdown(text: string): string[] {
  return text
    .replace(/^---\n.*?\n---\n/s, '')
    .replace(/^( *)```.*?^\1```$/gms, '')
    .replace(/<!--.*?-->/gs, '')
    .replace(/^\s*\|.*$/gm, '')
    .split(/\n\s*\n|\n(?=\s*(?:[-*+]|\d+\.|#+) )/)
    .filter((block) => /\p{L}/u.test(block))
}

/** The comments of a TypeScript source. Lines of `//` that follow each other are one comment. */
export function blocksOfComments(source: string): string[] {
  const found = source.matchAll(/\/\*+(.*?)\*\/|(?:^|\s)(\/\/[^\n]*(?:\n\s*\/\/[^\n]*)*)/gs)
  return [...found].flatMap(([, block, lines]) =>
    (block ?? lines ?? '')
      .replace(/^\s*(?:\*|\/\/+) ?/gm, '')
      .replace(/```.*?```/gs, '')
      .replace(/^(?:biome-ignore|@ts-|@vitest).*$/gm, '')
      .split(/\n\s*\n|\n(?=@\w)|\n(?=- )/)
      .map((part) => part.replace(/^@\w+(?: \w+ -)?/, '').replace(/\{@link ([^}]*)\}/g, '`$1`')),
  )
}

/** The texts in a source that somebody reads: strings of four words or more. `x` stands for what is filled in. */
export function blocksOfMessages(strings: readonly string[]): string[] {
  return strings.filter(
    (text) => /^[^<>{}]*$/.test(text) && (text.match(/(?:^|\s)\p{L}[\p{L}’',.]*(?=[\s:;]|$)/gu) ?? []).length >= 4,
  )
}

export interface Rates {
  /** Odd words per 1,000 words. */
  readonly odd: number
  /** `;` and `:` per 100 sentences. */
  readonly marks: number
}

export const ratesOf = ({ words, sentences, marks, odd }: Count): Rates => ({
  odd: (odd.length / Math.max(1, words)) * 1000,
  marks: (marks / Math.max(1, sentences)) * 100,
})

/** The limits that a text exceeds. One odd word, and one mark, pass in any text, however short. */
export function faultsOf(count: Count): string[] {
  const { odd, marks } = ratesOf(count)
  const faults: string[] = []
  if (count.odd.length > 1 && odd > LIMITS.odd) faults.push(`${odd.toFixed(1)} odd words per 1,000, of ${LIMITS.odd}`)
  if (count.marks > 1 && marks > LIMITS.marks)
    faults.push(`${marks.toFixed(0)} ; and : per 100 sentences, of ${LIMITS.marks}`)
  return faults
}
