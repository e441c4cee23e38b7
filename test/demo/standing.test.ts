import { SSEError } from 'headwater'
import { describe, expect, it } from 'vitest'
import type { Score } from '../../demo/page/lanes/lane.ts'
import { describeLane, type LaneState, PATIENCE, type Standing, standingOf } from '../../demo/page/lanes/standing.ts'

const OPEN: LaneState = { status: 'open', since: 0, attempt: 0 }
const CONNECTING: LaneState = { status: 'connecting', attempt: 1 }
const WAITING: LaneState = { status: 'waiting', attempt: 2, until: 5300, error: new SSEError('network', '') }
const PAUSED: LaneState = { status: 'paused', reasons: ['manual'] }
const CLOSED: LaneState = { status: 'closed', error: null }
const OFF: LaneState = { status: 'off' }

const score = (missing: number, passed = 0): Score => ({ published: 41, missing, passed })

describe('the standing of a client', () => {
  it.each<[Standing, LaneState, Score, number]>([
    ['complete', OPEN, score(0), 0],
    ['complete', OPEN, score(0), PATIENCE + 1],
    ['complete', CLOSED, score(0), 0],
    ['complete', OFF, score(0), 0],
    ['behind', OPEN, score(3), 0],
    ['behind', OPEN, score(3), PATIENCE],
    ['lost', OPEN, score(3), PATIENCE + 1],
    ['lost', OPEN, score(3, 1), 0],
    ['behind', CONNECTING, score(3), 0],
    ['lost', CONNECTING, score(3, 3), 0],
    ['behind', WAITING, score(3), 0],
    ['behind', PAUSED, score(3), 0],
    ['lost', CLOSED, score(3), 0],
  ])('is %s for %j, %j and a silence of %i ms', (standing, state, score, silence) => {
    expect(standingOf({ state, score, silence })).toBe(standing)
  })
})

describe('the words for a client', () => {
  it.each<[string, LaneState, number]>([
    ['Open, events arrive', OPEN, 2500],
    ['Open, but silent for 12 s', OPEN, 12_400],
    ['Connecting', CONNECTING, 0],
    ['Retry 2 in 1.3 s', WAITING, 0],
    ['Paused', PAUSED, 0],
    ['Closed. It does not retry', CLOSED, 0],
    ['Runs in the tab with the connection', OFF, 0],
  ])('are "%s" for %j after a silence of %i ms', (words, state, silence) => {
    expect(describeLane({ state, score: score(0), silence }, 4000)).toBe(words)
  })
})
