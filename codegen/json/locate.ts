import { createLines, type Position } from '../base/lines.ts'

/** Property names and indexes that lead from the root of a document to a value. */
export type Pointer = readonly string[]

/** Where the values of a document stand. The key of a value is `pointerKey` of its pointer. */
export type Index = ReadonlyMap<string, Position>

export const pointerKey = (pointer: Pointer): string => JSON.stringify(pointer)

/** A token of JSON, or white space. Anything that is neither is a number or a word. */
export const TOKEN = /\s+|"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/gy

/** Where each value of a sound JSON text begins; of a property, where its name begins. */
export function indexJson(text: string): Index {
  const lineAt = createLines(text)
  const index = new Map<string, Position>()
  /** For each open bracket: the name or the index that is being read. */
  const open: (string | number)[] = []
  const add = (offset: number): void => {
    const key = pointerKey(open.map(String))
    if (!index.has(key)) index.set(key, lineAt(offset))
  }
  let expectsName = false
  for (const { 0: token, index: offset } of text.matchAll(TOKEN)) {
    const last = open.at(-1)
    if (/^[\s:]/.test(token)) continue
    if (token === '}' || token === ']') {
      open.pop()
      expectsName = false
    } else if (token === ',') {
      expectsName = typeof last === 'string'
      if (typeof last === 'number') open[open.length - 1] = last + 1
    } else if (expectsName) {
      open[open.length - 1] = JSON.parse(token) as string
      expectsName = false
      add(offset)
    } else {
      // The name of a property has its place already.
      add(offset)
      if (token === '{') open.push('')
      if (token === '[') open.push(0)
      expectsName = token === '{'
    }
  }
  return index
}
