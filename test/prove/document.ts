import type { Section } from './section.ts'

/*
 * docs/reliability.md, made of the files in test/prove/results/.
 */

const HEAD = `# Reliability

The runs that show whether headwater keeps its promises, and their results.
Each section names the day, the versions and the command that repeats it.
A program writes this page: do not edit it by hand.`

/** The sections in the order in which the document has them. Others follow by name. */
const ORDER = ['proxies', 'chaos', 'soak', 'engines', 'scale']

const rank = (name: string): number => (ORDER.indexOf(name) + ORDER.length + 1) % (ORDER.length + 1)

/** @param sections - By the name of their file. */
export function toDocument(sections: Readonly<Record<string, Section>>): string {
  const names = Object.keys(sections).sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
  const parts = names.flatMap((name) => sections[name] ?? []).map(toText)
  return `${[HEAD, ...parts].join('\n\n')}\n`
}

/** Not laid out in columns: cells are sentences. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** A sentence a line, however the text was broken into lines. */
export const toSentences = (text: string): string =>
  text.replace(/\s*\n\s*/g, ' ').replace(/(?<=[.?!]) (?=["`[A-Z])/g, '\n')

export function toText({ title, date, command, versions, intro, tables, notes }: Section): string {
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const parts = [
    `## ${title}`,
    toSentences(intro),
    `\`${command}\`, ${date}: ${programs.join(', ')}.`,
    ...tables.flatMap(({ title, head, rows }) => [...(title ? [`### ${title}`] : []), table(head, rows)]),
    notes.map((note) => `- ${note}`).join('\n'),
  ]
  return parts.filter(Boolean).join('\n\n')
}
