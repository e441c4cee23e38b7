import { describe, expect, it } from 'vitest'
import { SSEError } from '../src/errors.ts'
import { type ConnectionInput, type ConnectionState, IDLE, transition } from '../src/machine.ts'

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

/** One of each kind of input. */
const INPUTS = {
  unwant: ['unwant'],
  connect: ['connect'],
  reopen: ['reopen', 5],
  opened: ['opened', 70],
  lost: ['lost', { attempt: 3, until: 800, error: LOST }],
  'pause offline': ['pause', 'offline'],
  'pause hidden': ['pause', 'hidden'],
  'pause manual': ['pause', 'manual'],
  'resume offline, wanted': ['resume', 'offline', true, 4],
  'resume offline, not wanted': ['resume', 'offline', false, 4],
  'resume manual': ['resume', 'manual', true, 4],
  'end well': ['end', null],
  'end badly': ['end', FATAL],
} as const satisfies Record<string, ConnectionInput>

type StateName = keyof typeof STATES
type InputName = keyof typeof INPUTS
/** `same`: the very same reference comes back. */
type Expected = ConnectionState | 'same'

const connecting = (attempt: number): ConnectionState => ({ status: 'connecting', attempt })
const WAITING: ConnectionState = { status: 'waiting', attempt: 3, until: 800, error: LOST }
const HIDDEN: ConnectionState = { status: 'paused', reasons: ['hidden'] }
const MANUAL: ConnectionState = { status: 'paused', reasons: ['manual'] }
const WELL: ConnectionState = { status: 'closed', error: null }
const BADLY: ConnectionState = { status: 'closed', error: FATAL }

// Total: a state or an input added without deciding every pair does not compile.
const TABLE: Record<StateName, Record<InputName, Expected>> = {
  idle: {
    unwant: 'same',
    connect: connecting(0),
    reopen: 'same',
    opened: 'same',
    lost: 'same',
    'pause offline': 'same',
    'pause hidden': HIDDEN,
    'pause manual': MANUAL,
    'resume offline, wanted': 'same',
    'resume offline, not wanted': 'same',
    'resume manual': 'same',
    'end well': WELL,
    'end badly': BADLY,
  },
  connecting: {
    unwant: IDLE,
    connect: 'same',
    reopen: 'same',
    opened: { status: 'open', since: 70, attempt: 2 },
    lost: WAITING,
    'pause offline': 'same',
    'pause hidden': HIDDEN,
    'pause manual': MANUAL,
    'resume offline, wanted': 'same',
    'resume offline, not wanted': 'same',
    'resume manual': 'same',
    'end well': WELL,
    'end badly': BADLY,
  },
  open: {
    unwant: IDLE,
    connect: 'same',
    reopen: connecting(5),
    opened: 'same',
    lost: WAITING,
    'pause offline': 'same',
    'pause hidden': HIDDEN,
    'pause manual': MANUAL,
    'resume offline, wanted': 'same',
    'resume offline, not wanted': 'same',
    'resume manual': 'same',
    'end well': WELL,
    'end badly': BADLY,
  },
  waiting: {
    unwant: IDLE,
    connect: 'same',
    reopen: connecting(5),
    opened: 'same',
    lost: WAITING,
    'pause offline': { status: 'paused', reasons: ['offline'] },
    'pause hidden': HIDDEN,
    'pause manual': MANUAL,
    'resume offline, wanted': 'same',
    'resume offline, not wanted': 'same',
    'resume manual': 'same',
    'end well': WELL,
    'end badly': BADLY,
  },
  'paused offline': {
    unwant: IDLE,
    connect: connecting(0),
    reopen: 'same',
    opened: 'same',
    lost: 'same',
    'pause offline': 'same',
    'pause hidden': { status: 'paused', reasons: ['offline', 'hidden'] },
    'pause manual': { status: 'paused', reasons: ['offline', 'manual'] },
    'resume offline, wanted': connecting(4),
    'resume offline, not wanted': IDLE,
    'resume manual': 'same',
    'end well': WELL,
    'end badly': BADLY,
  },
  'paused manual': {
    unwant: 'same',
    connect: connecting(0),
    reopen: 'same',
    opened: 'same',
    lost: 'same',
    'pause offline': 'same',
    'pause hidden': { status: 'paused', reasons: ['manual', 'hidden'] },
    'pause manual': 'same',
    'resume offline, wanted': 'same',
    'resume offline, not wanted': 'same',
    'resume manual': connecting(4),
    'end well': WELL,
    'end badly': BADLY,
  },
  'paused both': {
    unwant: 'same',
    connect: connecting(0),
    reopen: 'same',
    opened: 'same',
    lost: 'same',
    'pause offline': 'same',
    'pause hidden': { status: 'paused', reasons: ['offline', 'manual', 'hidden'] },
    'pause manual': 'same',
    'resume offline, wanted': MANUAL,
    'resume offline, not wanted': MANUAL,
    'resume manual': { status: 'paused', reasons: ['offline'] },
    'end well': WELL,
    'end badly': BADLY,
  },
  'closed well': {
    unwant: 'same',
    connect: connecting(0),
    reopen: 'same',
    opened: 'same',
    lost: 'same',
    'pause offline': 'same',
    'pause hidden': 'same',
    'pause manual': 'same',
    'resume offline, wanted': 'same',
    'resume offline, not wanted': 'same',
    'resume manual': 'same',
    'end well': 'same',
    'end badly': BADLY,
  },
  'closed badly': {
    unwant: 'same',
    connect: connecting(0),
    reopen: 'same',
    opened: 'same',
    lost: 'same',
    'pause offline': 'same',
    'pause hidden': 'same',
    'pause manual': 'same',
    'resume offline, wanted': 'same',
    'resume offline, not wanted': 'same',
    'resume manual': 'same',
    'end well': WELL,
    'end badly': 'same',
  },
}

describe.each(Object.keys(TABLE) as StateName[])('%s', (name) => {
  it.each(Object.entries(TABLE[name]) as [InputName, Expected][])('on %s', (input, expected) => {
    const state: ConnectionState = STATES[name]
    const next = transition(state, INPUTS[input])
    if (expected === 'same') expect(next).toBe(state)
    else expect(next).toEqual(expected)
  })
})

it('keeps a hidden page paused when the caller connects', () => {
  const state: ConnectionState = { status: 'paused', reasons: ['hidden', 'manual'] }
  expect(transition(state, ['connect'])).toEqual(HIDDEN)
})
