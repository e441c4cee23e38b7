import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { UsageError } from '../../../cli/command-line/args.ts'
import { readScriptFile } from '../../../cli/mock/script-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'headwater-mock-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Reads a file that says so. */
function read(text: string): Promise<unknown> {
  const path = join(folder, 'script.json')
  writeFileSync(path, text)
  return readScriptFile(path)
}

it.each<[text: string, expected: object]>([
  ['[]', { script: [] }],
  ['\ufeff[{"drop":true}]\n', { script: [{ drop: true }] }],
  ['{}', {}],
  [
    '{"script":[[]],"routes":{"/a":[]},"replay":true,"introduce":true}',
    { script: [[]], routes: { '/a': [] }, replay: true, introduce: true },
  ],
])('takes %j', async (text, expected) => {
  expect(await read(text)).toEqual(expected)
})

describe('a file that is no JSON is told with the place', () => {
  it.each<[text: string, said: string]>([
    ['[\n  {"drop": true},\n]\n', "line 3, column 1: Unexpected token ']'"],
    ['[\r\n\r\n x]', "line 3, column 2: Unexpected token 'x'"],
    ['{drop: true}', "line 1, column 2: Expected property name or '}'"],
    ['[\n{"a": 1}\n{"b": 2}]', "line 3, column 1: Expected ',' or ']' after array element"],
    ['[{"a": "x\ny"}]', 'line 1, column 10: Bad control character in string literal'],
    ['[{"a": 1', "line 1, column 9: Expected ',' or '}' after property value"],
    ['["a", ', 'line 1, column 7: Unexpected end of JSON input'],
    ['// comment\n[]', "line 1, column 1: Unexpected token '/'"],
    ['[] []', 'line 1, column 4: Unexpected non-whitespace character after JSON'],
    [`[${'{"wait":1},'.repeat(1000)}\n\n  tru]`, "line 3, column 6: Unexpected token ']'"],
    ['["a\\"b", +1, "c"]', "line 1, column 10: Unexpected token '+'"],
  ])('%j', async (text, said) => {
    await expect(read(text)).rejects.toThrow(new UsageError(`${join(folder, 'script.json')} is not JSON: ${said}`))
  })
})

// Where each quote is tried as the beginning of a string, this takes an hour; and the string is too long to go back in.
it.each<[what: string, text: string]>([
  ['quotes', `[+1, "${'\\"'.repeat(1_000_000)}`],
  ['quotes before a backslash', `[+1, "${'\\"'.repeat(1_000_000)}\\`],
  ['letters', `[+1, "${'x'.repeat(16_000_000)}`],
])('a file that is no JSON is told with the place, though a string of %s follows', async (_, text) => {
  await expect(read(text)).rejects.toThrow("line 1, column 2: Unexpected token '+'")
})

it.each<[text: string, said: string]>([
  ['', ' is empty'],
  ['\n', ' is empty'],
  ['5', ' holds no script: a list of steps, a list of such lists, or { script, routes, replay, introduce }'],
  ['null', ' holds no script: a list of steps, a list of such lists, or { script, routes, replay, introduce }'],
  ['{"scripts":[]}', ': there is no key "scripts", did you mean script?'],
  ['{"port":1}', ': there is no key "port"; there are: script, routes, replay, introduce'],
])('a file that holds no script is told: %j', async (text, said) => {
  await expect(read(text)).rejects.toThrow(new UsageError(`${join(folder, 'script.json')}${said}`))
})

it.each<[path: string, said: string]>([
  [join(folder, 'none.json'), `there is no file ${join(folder, 'none.json')}`],
  [folder, `${folder} is a directory, and a script is a file`],
  ['a\0b', 'a\0b cannot be read: '],
])('a file that cannot be read is told: %j', async (path, said) => {
  await expect(readScriptFile(path)).rejects.toThrow(UsageError)
  await expect(readScriptFile(path)).rejects.toThrow(said)
})
