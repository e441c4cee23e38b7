import { readFile } from 'node:fs/promises'
import type { MockServerOptions } from '../../testing/node.ts'
import { suggestion, UsageError } from '../command-line/args.ts'

/** The contents of a script file. */
export type ScriptFile = Pick<MockServerOptions, 'script' | 'routes' | 'replay' | 'introduce'>

const KEYS = ['script', 'routes', 'replay', 'introduce']

/**
 * Reads a script: a list, or an object with more to say. The server checks their contents.
 * @throws UsageError in one line.
 */
export async function readScriptFile(path: string): Promise<ScriptFile> {
  const read = parse(path, await readText(path))
  if (Array.isArray(read)) return { script: read }
  if (typeof read !== 'object' || read === null)
    throw new UsageError(`${path} holds no script: a list of steps, a list of such lists, or { ${KEYS.join(', ')} }`)
  const unknown = Object.keys(read).find((key) => !KEYS.includes(key))
  if (unknown === undefined) return read
  throw new UsageError(
    `${path}: there is no key ${JSON.stringify(unknown)}${suggestion(unknown, KEYS) || `; there are: ${KEYS.join(', ')}`}`,
  )
}

async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\ufeff/, '')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new UsageError(`there is no file ${path}`)
    if (code === 'EISDIR') throw new UsageError(`${path} is a directory, and a script is a file`)
    throw new UsageError(`${path} cannot be read: ${message}`)
  }
}

function parse(path: string, text: string): unknown {
  if (!text.trim()) throw new UsageError(`${path} is empty`)
  try {
    return JSON.parse(text)
  } catch (error) {
    const { message } = error as SyntaxError
    const lines = text.slice(0, positionOf(text, message)).split('\n')
    const place = `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`
    // Without the place, which counts characters, and without the text around it.
    const what = message.replace(/(?: in JSON)? at position.*$|, (?:\.\.\.)?".*$/s, '')
    throw new UsageError(`${path} is not JSON: ${place}: ${what}`)
  }
}

/** Where JSON goes wrong. V8 gives the position of most mistakes, but of an unexpected token only the token. */
function positionOf(text: string, message: string): number {
  const [, position] = /at position (\d+)/.exec(message) ?? []
  if (position !== undefined) return Number(position)
  // The first token that makes what comes before it wrong; half of those that are left is looked at each time.
  // A string that does not end is one too: else each quote in it would be tried as the beginning of one.
  const tokens = [...text.matchAll(/\s+|"(?:[^"\\]+|\\.)*"?|[-+.\w]+|./gs)]
  let [from, to] = [0, tokens.length]
  while (from < to) {
    const middle = (from + to) >> 1
    const { index = 0, 0: token = '' } = tokens[middle] ?? {}
    if (surprises(text.slice(0, index + token.length))) to = middle
    else from = middle + 1
  }
  return tokens[from]?.index ?? text.length
}

function surprises(text: string): boolean {
  try {
    JSON.parse(text)
    return false
  } catch (error) {
    return (error as SyntaxError).message.startsWith('Unexpected token')
  }
}
