import { describe, expect, it } from 'vitest'
import { type Action, actionFor, type Circumstances } from '../../../server/streams/action.ts'
import { type TestClientOptions, testClient } from '../../support/hub.ts'

describe('the next action for a client', () => {
  /** Minutes ago it came; a second ago it was told of all there is. */
  const NOW = 1_000_000
  /** The date is of another order than what intervals are measured by. */
  const DATE = Date.UTC(2026, 0)
  const FACTS: Circumstances = {
    now: NOW,
    date: DATE,
    place: 50,
    first: 1,
    heartbeat: 15_000,
    stall: 30_000,
    clientTimeout: 120_000,
  }

  interface Given extends Partial<Circumstances>, Pick<TestClientOptions, 'live' | 'sentSeq' | 'sentAt'> {
    readonly blocked?: number
    readonly written?: number
    readonly taken?: number
    readonly expires?: number
    readonly leaves?: number
    readonly ends?: number
  }

  function action({
    blocked,
    written = 1000,
    taken = 1000,
    expires,
    leaves,
    ends,
    live = true,
    ...rest
  }: Given): Action {
    const { sentSeq = 50, sentAt = NOW - 1000, ...facts } = rest
    const client = testClient({
      live,
      sentSeq,
      sentAt,
      expiresAt: DATE + (expires ?? Infinity),
      leavesAt: NOW + (leaves ?? Infinity),
      endsAt: NOW + (ends ?? Infinity),
    })
    const outlet = {
      ...client.outlet,
      blockedSince: blocked === undefined ? undefined : NOW - blocked,
      lastWriteAt: NOW - written,
      takenAt: NOW - taken,
    }
    return actionFor({ ...client, outlet }, { ...FACTS, ...facts })
  }

  it.each<[what: string, given: Given, action: Action]>([
    ['nothing', {}, undefined],
    ['nothing, while it takes nothing for a while', { blocked: 29_999, written: 29_999 }, undefined],
    ['to break it off that has taken nothing for too long', { blocked: 30_000 }, 'stalled'],
    ['the same while it catches up', { blocked: 30_000, live: false }, 'stalled'],
    ['nothing, if it may take its time', { blocked: 1e9, stall: Infinity }, undefined],
    ['nothing, before its time to prove that it is there is over', { taken: 119_999 }, undefined],
    ['to end it that has not proved to be there', { taken: 120_000 }, 'timeout'],
    ['the same while it catches up', { taken: 120_000, live: false }, 'timeout'],
    ['the same while it takes nothing', { taken: 120_000, blocked: 1, stall: 1e9 }, 'timeout'],
    ['nothing, if it need not prove to be there', { taken: 1e9, clientTimeout: Infinity }, undefined],
    ['nothing, before it expires', { expires: 1 }, undefined],
    ['to end it that has expired', { expires: 0 }, 'expired'],
    ['the same while it catches up', { expires: 0, live: false }, 'expired'],
    ['nothing, before it is to leave', { leaves: 1 }, undefined],
    ['to ask it to leave', { leaves: 0 }, 'leave'],
    ['nothing, before it is to be gone', { ends: 1 }, undefined],
    ['to end it that was asked to leave', { ends: 0 }, 'end'],
    ['the worst first', { blocked: 30_000, taken: 120_000, expires: 0 }, 'stalled'],
    ['the worst first', { taken: 120_000, expires: 0 }, 'timeout'],
    ['the worst first', { blocked: 30_000, expires: 0, ends: 0, leaves: 0 }, 'stalled'],
    ['the worst first', { expires: 0, ends: 0, leaves: 0 }, 'expired'],
    ['the worst first', { ends: 0, leaves: 0 }, 'end'],
    ['the worst first', { leaves: 0, written: 15_000 }, 'leave'],

    ['nothing, before it has been silent for long', { written: 14_999 }, undefined],
    ['a sign of life after a silence', { written: 15_000 }, 'ping'],
    ['none where there is no heartbeat', { written: 1e9, heartbeat: 0 }, undefined],
    ['none in front of what waits', { written: 15_000, blocked: 15_000 }, undefined],
    ['no checkpoint in front of what is still to be caught up with', { written: 15_000, live: false }, 'beat'],
    ['no checkpoint there for one that would fall out of the log', { sentSeq: 40, first: 31, live: false }, undefined],
    ['nothing while it catches up, before it has been silent for long', { written: 14_999, live: false }, undefined],
    [
      'nothing while it catches up, where there is no heartbeat',
      { written: 1e9, live: false, heartbeat: 0 },
      undefined,
    ],
    ['nothing while it catches up and takes nothing', { written: 1e6, live: false, blocked: 1 }, undefined],

    ['nothing, if it was told of its place a moment ago', { sentSeq: 40, sentAt: NOW - 14_999 }, undefined],
    ['a checkpoint, if it has not been told for long', { sentSeq: 49, sentAt: NOW - 15_000 }, 'ping'],
    ['none, if there is nothing to tell', { sentSeq: 50, sentAt: NOW - 1e9 }, undefined],
    ['none without a heartbeat', { sentSeq: 49, sentAt: NOW - 1e9, heartbeat: 0 }, undefined],

    ['nothing, while the log throws nothing away', { sentSeq: 1, first: 1 }, undefined],
    ['nothing, while the log is far from its place', { sentSeq: 40, first: 30 }, undefined],
    ['a checkpoint, once the log has come half the way', { sentSeq: 40, first: 31 }, 'ping'],
    ['a checkpoint, if the log is past its place', { sentSeq: 10, first: 31 }, 'ping'],
    ['the same without a heartbeat', { sentSeq: 40, first: 31, heartbeat: 0 }, 'ping'],
    ['none in front of what waits', { sentSeq: 40, first: 31, blocked: 1 }, undefined],
    ['none for one that was told of all, though nothing is kept', { sentSeq: 50, first: 51 }, undefined],
    ['none for one that is ahead of what was handed out', { sentSeq: 60, first: 51 }, undefined],
  ])('the next action for a client is %s: %o', (_, given, expected) => {
    expect(action(given)).toBe(expected)
  })
})
