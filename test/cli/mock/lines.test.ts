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
  ['carriage returns that end no line', ['\ra\r\r', '\n\r'], ['\ra\r', '\r']],
  ['a character in pieces', [bytes.subarray(0, 1), bytes.subarray(1, 2), bytes.subarray(2)], ['注']],
  ['a character that is cut off', [bytes.subarray(0, 2)], ['\ufffd']],
])('tells lines from %s', async (_, chunks, lines) => {
  const seen: string[] = []
  for await (const line of linesOf(of(...chunks))) seen.push(line)
  expect(seen).toEqual(lines)
})

// Where each piece has all that came before it looked at once more, this takes minutes.
it('tells a line that comes in a hundred thousand pieces', async () => {
  const piece = 'x'.repeat(100)
  async function* pieces(): AsyncGenerator<string> {
    for (let n = 0; n < 100_000; n++) yield piece
    yield '\r\nend'
  }
  const lengths: number[] = []
  for await (const line of linesOf(pieces())) lengths.push(line.length)
  expect(lengths).toEqual([10_000_000, 3])
})
