import { type ConnectionState, type Gap, type Opened, SSEError } from 'headwater'
import { describe, expect, it } from 'vitest'
import {
  gapNotice,
  invalidNotice,
  openNotice,
  recoveredNotice,
  repeatNotice,
  resumeHint,
  stateNotice,
  unfinishedNotice,
  waitNotice,
} from '../../../../cli/listen/notices/notices.ts'
import { plain } from '../../../../cli/terminal/palette.ts'

const error = new SSEError('network', 'x')

it.each<[state: ConnectionState, notice: string | undefined]>([
  [{ status: 'idle' }, undefined],
  [{ status: 'connecting', attempt: 0 }, 'connecting to http://a/'],
  [{ status: 'connecting', attempt: 3 }, 'connecting (attempt 3)'],
  [{ status: 'open', since: 0, attempt: 0 }, undefined],
  [{ status: 'waiting', attempt: 1, until: 0, error }, undefined],
  [{ status: 'paused', reasons: ['offline', 'manual'] }, 'paused: offline, manual'],
  [{ status: 'closed', error: null }, undefined],
])('the state %j has the notice %s', (state, notice) => {
  expect(stateNotice(state, 'http://a/')).toBe(notice)
})

describe('the notice of an opening', () => {
  it.each<[recovered: Opened['recovered'], requested: string, notice: string]>([
    [true, '7', 'recovered: yes (asked for #7)'],
    [true, '', 'recovered: yes'],
    [false, '7', 'recovered: no (asked for #7)'],
    [false, '', 'recovered: no (there was no id to resume from)'],
    ['unknown', '7\x07', 'recovered: unknown (asked for #7\\u0007, the server does not say)'],
  ])('says recovered %s after %j', (recovered, requested, notice) => {
    expect(recoveredNotice(recovered, requested)).toBe(notice)
  })

  it.each([
    ['', 'open, recovered: no (there was no id to resume from)'],
    ['7\x07', 'open, asked for #7\\u0007'],
  ])('comes before the first event, after %j', (requested, notice) => {
    expect(openNotice(requested, plain)).toBe(notice)
  })
})

it.each([
  [1, 1249, 'waiting 1.2 s for attempt 1: reason'],
  [2, 300, 'waiting 300 ms for attempt 2: reason'],
])('a wait before attempt %d is shown with its length and its reason', (attempt, delay, notice) => {
  expect(waitNotice({ attempt, delay, until: 0, error }, 'reason', plain)).toBe(notice)
})

it.each<[gap: Gap, notice: string]>([
  [
    { reason: 'expired', certain: true, requested: '3', resumedFrom: '9', topics: ['a', 'b.*'] },
    'gap: expired: events were lost; asked for #3; goes on from #9; topics a, b.*',
  ],
  [
    { reason: 'no-id', certain: false, requested: '', resumedFrom: '', topics: ['*'] },
    'gap: no-id: events may have been lost',
  ],
  [
    { reason: 'x\x1b', certain: true, requested: '\x07', resumedFrom: '', topics: ['t\x1b'] },
    'gap: x\\u001b: events were lost; asked for #\\u0007; topics t\\u001b',
  ],
])('the gap %j is shown with all its facts', (gap, notice) => {
  expect(gapNotice(gap, plain)).toBe(notice)
})

it('an invalid event is shown with its name, the reason and its text', () => {
  const invalid = { type: 'tick', id: '7', raw: '{"a\x1b', receivedAt: 0, error: new SyntaxError('bad') }
  expect(invalidNotice(invalid, plain)).toBe('invalid: tick #7 cannot be read: bad: {"a\\u001b')
  expect(invalidNotice({ ...invalid, id: '', raw: 'x'.repeat(300), error: 'no' }, plain)).toMatch(
    /^invalid: tick cannot be read: no: x{200}… \(300 characters\)$/,
  )
})

it('a repeat is shown with its id', () => {
  expect(repeatNotice({ id: '7\x07' })).toBe('sent again: #7\\u0007, which came before; repeats are shown only with -v')
})

it.each<[lines: string[], isOver: boolean, notice: string]>([
  [['data: 1'], false, 'unfinished: an event has begun and does not end: data: 1; a blank line ends an event'],
  [
    ['id: 7\x07', 'data: 1', 'data: 2'],
    true,
    'unfinished: the stream ended in the middle of an event, which does not count: id: 7\\u0007 (and 2 more lines); a blank line ends an event',
  ],
  [
    ['{"n":1}', '{"n":2}'],
    false,
    'unfinished: an event has begun and does not end: {"n":1} (and 1 more line); a blank line ends an event, and its data stand in lines that begin with data:',
  ],
])('the lines %j, over: %s, are shown with what they lack', (lines, isOver, notice) => {
  expect(unfinishedNotice({ lines, isOver }, plain)).toBe(notice)
})

describe('the option that resumes', () => {
  it.each([
    ['k3f9x2ab-1041', 'resume with --last-event-id k3f9x2ab-1041'],
    ['a b', "resume with --last-event-id='a b'"],
    ["it's", "resume with --last-event-id='it'\\''s'"],
    ['$(rm)', "resume with --last-event-id='$(rm)'"],
    ['-5', "resume with --last-event-id='-5'"],
    ['注', "resume with --last-event-id='注'"],
    ["a'\x07", "resume with --last-event-id=$'a\\'\\u0007'"],
    ['\\n\x07', "resume with --last-event-id=$'\\\\n\\u0007'"],
  ])('is quoted for a shell: %j', (id, hint) => {
    expect(resumeHint(id)).toBe(hint)
  })
})
