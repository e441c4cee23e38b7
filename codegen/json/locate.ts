import type { Place } from '../base/problems.ts'

/** Property names and indexes that lead from the root of a document to a value. */
export type Pointer = readonly string[]

/** Line and column of an offset, both from 1. */
function lineAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

/** A token of JSON, or white space. JSON.parse has found the text to be sound, so anything else is a number or a word. */
const TOKEN = /\s+|"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/gy

/**
 * Where a value of a JSON text begins; of a property, where its name begins. Undefined if there is no such value. It is only
 * called to say where a mistake is, so it may take its time.
 */
export function locateInJson(text: string, pointer: Pointer): { line: number; column: number } | undefined {
  const want = JSON.stringify(pointer)
  /** For each open bracket: the name or the index that is being read. */
  const open: (string | number)[] = []
  let expectsName = false
  let nameAt = 0
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (/^\s/.test(token) || token === ':') continue
    if (token === '}' || token === ']') {
      open.pop()
      expectsName = false
      continue
    }
    if (token === ',') {
      const last = open.at(-1)
      expectsName = typeof last === 'string'
      if (typeof last === 'number') open[open.length - 1] = last + 1
      continue
    }
    if (expectsName) {
      open[open.length - 1] = JSON.parse(token) as string
      expectsName = false
      nameAt = index
      if (isAt(open, want)) return lineAt(text, nameAt)
      continue
    }
    if (isAt(open, want)) return lineAt(text, index)
    if (token === '{') {
      open.push('')
      expectsName = true
    }
    if (token === '[') open.push(0)
  }
  return undefined
}

const isAt = (open: readonly (string | number)[], want: string): boolean => JSON.stringify(open.map(String)) === want

/** Where JSON.parse stopped, from its message. V8 names the position, except where the text ends too early. */
export function syntaxErrorPlace(file: string, text: string, { message }: Error): Place {
  const [, position] = /at position (\d+)/.exec(message) ?? []
  return { file, ...lineAt(text, position === undefined ? text.length : Number(position)) }
}
