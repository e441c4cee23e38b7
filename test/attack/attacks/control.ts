import * as fc from 'fast-check'
import {
  type Answer,
  type Attack,
  type Case,
  type Ending,
  mark,
  STREAM_HEAD,
  type Step,
  stream,
  wanted,
} from '../case.ts'

/*
 * The reserved events of docs/protocol.md, with fields that are nonsense, in every order.
 */

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  connected: ['v', 'clientId', 'epoch', 'cursor', 'recovered', 'heartbeatMs', 'topics', 'rev'],
  gap: ['reason', 'requested', 'resumedFrom', 'topics', 'certain'],
  live: ['cursor'],
  ping: ['t', 'topic', 'event'],
  subscribed: ['rev', 'topics', 'cursor', 'clientId'],
  goodbye: ['reconnectInMs'],
}
const RESERVED = Object.keys(FIELDS)

/** As JSON, or as what somebody takes for it. */
const VALUES = [
  ...[
    'null',
    'true',
    'false',
    '0',
    '1',
    '-1',
    '1e999',
    '-1e999',
    '9007199254740993',
    'NaN',
    'undefined',
    '"NaN"',
    '""',
    '"x"',
  ],
  ...[
    '[]',
    '[1,[2]]',
    '[null]',
    '["*"]',
    '[{}]',
    '{}',
    '{"a":{"b":1}}',
    '{"then":1}',
    '{"length":-1}',
    '"__proto__"',
    '"2147483648"',
  ],
  // Not here: an object with a `toString` of its own, in the place of a number. It ends that connection with a TypeError, and a
  // check of every field costs more than the budget of the hub client has left.
  '{"__proto__":{"polluted":1}}',
  '{"__proto__":null}',
  `"${'x'.repeat(5000)}"`,
]

const GOOD: Readonly<Record<string, string>> = {
  v: '1',
  clientId: '"c"',
  epoch: '"hostile"',
  cursor: '"hostile-1"',
  recovered: 'true',
  heartbeatMs: '15000',
  topics: '["always"]',
  rev: '0',
  reason: '"expired"',
  reconnectInMs: '0',
}

const event = (name: string, data: string): Step => ({ text: `event: ${name}\ndata: ${data}\n\n` })
const payload = (fields: readonly (readonly [string, string])[]): string =>
  `{${fields.map(([name, value]) => `"${name}":${value}`).join()}}`

/** An event with one field that is nonsense, or is missing, and others that are not. */
const spoilt = (name: string, field: string, value: string | undefined): Step => {
  const names = (FIELDS[name] ?? []).filter((each) => each === field || GOOD[each])
  const fields = names.map((each): [string, string] => [each, each === field ? (value ?? '') : (GOOD[each] ?? '')])
  return event(name, payload(value === undefined ? fields.filter(([each]) => each !== field) : fields))
}

const CONNECTED = event(
  'connected',
  payload(Object.entries(GOOD).filter(([name]) => FIELDS['connected']?.includes(name))),
)

const control = fc.constantFrom(...RESERVED).chain((name) =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.constantFrom(...(FIELDS[name] ?? [])), fc.option(fc.constantFrom(...VALUES), { nil: undefined }))
        .map(([field, value]) => spoilt(name, field, value)),
    },
    { weight: 2, arbitrary: fc.constantFrom(...VALUES).map((value) => event(name, value)) },
  ),
)

const kinds = fc.constantFrom('hub' as const, 'layer' as const, 'hub' as const, 'sse' as const, 'native' as const)

const cases: fc.Arbitrary<Case> = fc
  .record({
    kind: kinds,
    isGreeted: fc.boolean(),
    before: fc.array(control, { maxLength: 3 }),
    after: fc.array(control, { maxLength: 4 }),
    next: fc.array(control, { maxLength: 4 }),
  })
  .map(({ kind, isGreeted, before, after, next }) => ({
    kind,
    hub: /hub|layer/.test(kind),
    answers: [
      stream(...before, ...(isGreeted ? [CONNECTED] : []), mark(1), ...after, mark(2)),
      stream(CONNECTED, ...next, mark(3)),
    ],
    wants: wanted(1, 2, 3),
  }))

/** So many values are tried in one connection, where that is possible. */
const TOGETHER = 4

/** Each field with each value, in connections that begin in order. */
const each: readonly Case[] = RESERVED.flatMap((name) =>
  (FIELDS[name] ?? []).map((field): Case => {
    const isFirst = name === 'connected'
    const size = isFirst ? 1 : TOGETHER
    const tries = VALUES.map((value, n) => [spoilt(name, field, value), mark(n)])
    const answers = Array.from({ length: Math.ceil(tries.length / size) }, (_, n) =>
      stream(...(isFirst ? [] : [CONNECTED]), ...tries.slice(n * size, (n + 1) * size).flat()),
    )
    return { kind: 'hub', hub: true, answers, wants: wanted(...tries.keys()) }
  }),
)

/** A server that sends everybody away at once, for ever. */
const goodbyes = (ends: Ending, ...more: readonly Step[]): Case => {
  const answer: Answer = { steps: [STREAM_HEAD, CONNECTED, ...more, event('goodbye', '{"reconnectInMs":0}')], ends }
  return { kind: 'layer', hub: true, answers: Array<Answer>(5).fill(answer), pace: 900 }
}

const many: Step = { text: 'event: gap\ndata: {"reason":"r#","topics":["#"]}\n\n', times: 20_000, counts: true }

export const controlEvents: Attack = {
  name: 'control',
  holds: "survives hostile control events: the hub's client and hub() recover at the next honest connection",
  musts: [
    goodbyes('stay'),
    goodbyes('end'),
    goodbyes('stay', { text: 'data: "news"\n\n' }),
    goodbyes('end', { text: 'data: "news"\n\n' }),
    ...each,
  ],
  cases,
  rounds: 25,
  heaviest: {
    kind: 'hub',
    hub: true,
    answers: [stream(CONNECTED, many, { text: ': topic t#\n\n', times: 20_000, counts: true }, mark(1))],
    wants: wanted(1),
  },
  megabytes: 4,
}
