import * as fc from 'fast-check'
import { type Answer, type Attack, type Case, head, STREAM, type Step, wanted } from '../case.ts'

/*
 * Bodies that are compressed and cut, corrupt, or a thousand times as large as they look; and headers that lie about it.
 */

const PACKS = ['gzip', 'br', 'deflate'] as const

const encoded = (encoding: string, ...steps: readonly Step[]): Answer => ({
  steps: [
    head(200, [
      ['content-type', STREAM],
      ['content-encoding', encoding],
    ]),
    ...steps,
  ],
  ends: 'end',
})

/** A body that fits the header, unless it is spoilt. */
const honest = (pack: (typeof PACKS)[number], body: Step): Answer => encoded(pack, { ...body, pack })

const EVENTS: Step = { text: 'data: 1\n\n', times: 500 }
const MARKS: Step = { text: 'event: mark\ndata: 1\n\nevent: mark\ndata: 2\n\n' }
const bomb = (text: string, megabytes = 16): Step => ({ text: text.repeat(64), times: (megabytes << 14) / text.length })

const answers: fc.Arbitrary<Answer> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...PACKS), fc.constantFrom('cut' as const, 'corrupt' as const), fc.nat(600))
    .map(([pack, spoil, times]) => honest(pack, { ...EVENTS, times, spoil })),
  fc
    .tuple(
      fc.constantFrom('gzip', 'br', 'deflate', 'zstd', 'x', 'gzip, gzip', 'identity', ',', ''),
      fc.constantFrom(...PACKS),
    )
    .map(([encoding, pack]) => encoded(encoding, { ...EVENTS, pack })),
  fc.constantFrom(...PACKS).map((encoding) => encoded(encoding, EVENTS)),
  fc.constantFrom(...PACKS).map((encoding) => encoded(encoding)),
)

const cases: fc.Arbitrary<Case> = fc.record({
  kind: fc.constantFrom('sse' as const, 'sse' as const, 'native' as const, 'request' as const),
  answers: fc.array(answers, { minLength: 1, maxLength: 3 }),
})

const limited = (...answers: readonly Answer[]): Case => ({ answers, maxEventSize: 100_000 })

const refused = (status: number, type: string): Answer => ({
  steps: [
    head(status, [
      ['content-type', type],
      ['content-encoding', 'gzip'],
    ]),
    { ...bomb('x'), pack: 'gzip' },
  ],
  ends: 'end',
})

const bombs = [
  ...[': comment', 'x', 'data: x\n', '\n'].map((text) => honest('gzip', bomb(text))),
  honest('gzip', bomb('data: 1\n\n', 1)),
]

export const compression: Attack = {
  name: 'compression',
  holds: 'survives compressed bodies that are cut, corrupt or bombs: the next honest events arrive',
  musts: [
    // Browsers take `br` from secure origins alone.
    { answers: [honest('gzip', MARKS)], wants: wanted(1, 2) },
    { answers: [honest('deflate', MARKS)], wants: wanted(1, 2) },
    ...bombs.map((answer) => limited(answer)),
    limited(honest('br', bomb('x')), honest('deflate', bomb('x'))),
    limited(encoded(Array(50).fill('gzip').join(), { ...EVENTS, pack: 'gzip' })),
    limited(refused(503, 'text/html'), refused(200, 'text/html')),
    {
      kind: 'hub',
      hub: true,
      answers: [],
      posts: [
        refused(200, 'application/json'),
        refused(500, 'application/json'),
        honest('gzip', { ...EVENTS, spoil: 'cut' }),
      ],
      sends: 1,
    },
  ],
  cases,
  rounds: 15,
  heaviest: limited(...bombs),
  megabytes: 6,
}
