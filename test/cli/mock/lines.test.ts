import { expect, it } from 'vitest'
import { linesOf } from '../../../cli/mock/lines.ts'

async function* of(...chunks: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* chunks
}

const bytes = new TextEncoder().encode('注\n')

it.each<[what: string, chunks: (string | Uint8Array)[], lines: string[]]>([
  ['nothing', [], []],
  ['whole lines', ['a\nb\n'], ['a', 'b']],
  ['a line in pieces', ['a', 'b', '\nc\n'], ['ab', 'c']],
  ['a last line without an end', ['a\nb'], ['a', 'b']],
  ['empty lines', ['\n\na\n'], ['', '', 'a']],
  ['line ends of Windows, cut in two', ['a\r', '\nb\r\n'], ['a', 'b']],
  ['a character in pieces', [bytes.subarray(0, 1), bytes.subarray(1, 2), bytes.subarray(2)], ['注']],
  ['a character that is cut off', [bytes.subarray(0, 2)], ['\ufffd']],
])('tells lines from %s', async (_, chunks, lines) => {
  const seen: string[] = []
  for await (const line of linesOf(of(...chunks))) seen.push(line)
  expect(seen).toEqual(lines)
})
