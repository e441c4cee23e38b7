import { expect, it } from 'vitest'
import { SSEError } from '../../src/base/errors.ts'
import * as to from '../../src/decisions/state.ts'
import { type ConnectionState, connecting, IDLE } from '../../src/decisions/state.ts'

const LOST = new SSEError('network', 'lost')
const FATAL = new SSEError('http', 'status 403', { status: 403 })

/** One of each kind of state. */
const STATES = {
  idle: IDLE,
  connecting: { status: 'connecting', attempt: 2 },
  open: { status: 'open', since: 50, attempt: 2 },
  waiting: { status: 'waiting', attempt: 2, until: 900, error: LOST },
  'paused offline': { status: 'paused', reasons: ['offline'] },
  'paused manual': { status: 'paused', reasons: ['manual'] },
  'paused both': { status: 'paused', reasons: ['offline', 'manual'] },
  'closed well': { status: 'closed', error: null },
  'closed badly': { status: 'closed', error: FATAL },
} as const satisfies Record<string, ConnectionState>

const WAITING: ConnectionState = { status: 'waiting', attempt: 3, until: 800, error: LOST }

/** Every function, with one of each kind of argument. */
const STEPS = {
  unwant: to.unwant,
  connect: (state) => to.connect(state, 6),
  reopen: (state) => to.reopen(state, 5),
  lost: (state) => to.lost(state, WAITING),
  'pause offline': (state) => to.pause(state, 'offline'),
  'pause hidden': (state) => to.pause(state, 'hidden'),
  'pause manual': (state) => to.pause(state, 'manual'),
  'lift offline, wanted': (state) => to.lift(state, connecting(4), 'offline'),
  'lift offline, not wanted': (state) => to.lift(state, IDLE, 'offline'),
  'lift manual': (state) => to.lift(state, connecting(4), 'manual'),
  'lift both': (state) => to.lift(state, connecting(4), 'manual', 'offline'),
  'end well': (state) => to.end(state, null),
  'end badly': (state) => to.end(state, FATAL),
} as const satisfies Record<string, (state: ConnectionState) => ConnectionState>

type StateName = keyof typeof STATES
type StepName = keyof typeof STEPS
/** `same`: the very same reference comes back. */
type Expected = ConnectionState | 'same'

const WELL: ConnectionState = { status: 'closed', error: null }
const BADLY: ConnectionState = { status: 'closed', error: FATAL }
const paused = (...reasons: to.PauseReason[]): ConnectionState => ({ status: 'paused', reasons })

/** What no state but `paused` reacts to. */
const NOTHING_TO_LIFT = {
  'lift offline, wanted': 'same',
  'lift offline, not wanted': 'same',
  'lift manual': 'same',
  'lift both': 'same',
} as const

const CLOSED = {
  unwant: 'same',
  connect: connecting(6),
  reopen: 'same',
  lost: 'same',
  'pause offline': 'same',
  'pause hidden': 'same',
  'pause manual': 'same',
  ...NOTHING_TO_LIFT,
} as const

// Total: a state or a function added without deciding every pair does not compile.
const TABLE: Record<StateName, Record<StepName, Expected>> = {
  idle: {
    unwant: 'same',
    connect: connecting(6),
    reopen: 'same',
    lost: 'same',
    'pause offline': 'same',
    'pause hidden': paused('hidden'),
    'pause manual': paused('manual'),
    ...NOTHING_TO_LIFT,
    'end well': WELL,
    'end badly': BADLY,
  },
  connecting: {
    unwant: IDLE,
    connect: 'same',
    reopen: connecting(5),
    lost: WAITING,
    'pause offline': 'same',
    'pause hidden': paused('hidden'),
    'pause manual': paused('manual'),
    ...NOTHING_TO_LIFT,
    'end well': WELL,
    'end badly': BADLY,
  },
  open: {
    unwant: IDLE,
    connect: 'same',
    reopen: connecting(5),
    lost: WAITING,
    'pause offline': 'same',
    'pause hidden': paused('hidden'),
    'pause manual': paused('manual'),
    ...NOTHING_TO_LIFT,
    'end well': WELL,
    'end badly': BADLY,
  },
  waiting: {
    unwant: IDLE,
    connect: 'same',
    reopen: connecting(5),
    lost: WAITING,
    'pause offline': paused('offline'),
    'pause hidden': paused('hidden'),
    'pause manual': paused('manual'),
    ...NOTHING_TO_LIFT,
    'end well': WELL,
    'end badly': BADLY,
  },
  'paused offline': {
    unwant: IDLE,
    connect: connecting(6),
    reopen: 'same',
    lost: 'same',
    'pause offline': 'same',
    'pause hidden': paused('offline', 'hidden'),
    'pause manual': paused('offline', 'manual'),
    'lift offline, wanted': connecting(4),
    'lift offline, not wanted': IDLE,
    'lift manual': 'same',
    'lift both': connecting(4),
    'end well': WELL,
    'end badly': BADLY,
  },
  'paused manual': {
    unwant: 'same',
    connect: connecting(6),
    reopen: 'same',
    lost: 'same',
    'pause offline': 'same',
    'pause hidden': paused('manual', 'hidden'),
    'pause manual': 'same',
    'lift offline, wanted': 'same',
    'lift offline, not wanted': 'same',
    'lift manual': connecting(4),
    'lift both': connecting(4),
    'end well': WELL,
    'end badly': BADLY,
  },
  'paused both': {
    unwant: 'same',
    connect: connecting(6),
    reopen: 'same',
    lost: 'same',
    'pause offline': 'same',
    'pause hidden': paused('offline', 'manual', 'hidden'),
    'pause manual': 'same',
    'lift offline, wanted': paused('manual'),
    'lift offline, not wanted': paused('manual'),
    'lift manual': paused('offline'),
    'lift both': connecting(4),
    'end well': WELL,
    'end badly': BADLY,
  },
  'closed well': { ...CLOSED, 'end well': 'same', 'end badly': BADLY },
  'closed badly': { ...CLOSED, 'end well': WELL, 'end badly': 'same' },
}

const CASES = (Object.keys(TABLE) as StateName[]).flatMap((name) =>
  (Object.entries(TABLE[name]) as [StepName, Expected][]).map(([step, expected]) => {
    const end = expected === 'same' ? 'as it is' : `for ${JSON.stringify(expected)}`
    return [`'${step}' leaves '${name}' ${end}`, STATES[name] as ConnectionState, STEPS[step], expected] as const
  }),
)

it.each(CASES)('%s', (_, state, step, expected) => {
  const next = step(state)
  if (expected === 'same') expect(next).toBe(state)
  else expect(next).toEqual(expected)
})

it('keeps a hidden page paused when the caller connects', () => {
  expect(to.connect(paused('hidden', 'manual'), 6)).toEqual(paused('hidden'))
})

it('puts a wait in place of another', () => {
  expect(to.lost(WAITING, { ...WAITING, until: 900 })).toEqual({
    status: 'waiting',
    attempt: 3,
    until: 900,
    error: LOST,
  })
})
