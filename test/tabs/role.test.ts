import { expect, it } from 'vitest'
import * as to from '../../src/tabs/role.ts'
import { ALONE, APART, FOLLOWING, JOINING, LEADING, type Role, type Step } from '../../src/tabs/role.ts'

/** All roles. */
const ROLES = {
  alone: ALONE,
  'alone for good': APART,
  joining: JOINING,
  following: FOLLOWING,
  leading: LEADING,
} as const satisfies Record<string, Role>

/** All steps. */
const STEPS = {
  join: to.join,
  follow: to.follow,
  lead: to.lead,
  leave: to.leave,
  separate: to.separate,
  close: to.close,
} as const satisfies Record<string, Step>

type RoleName = keyof typeof ROLES
type StepName = keyof typeof STEPS
/** `same`: the very same reference comes back. */
type Expected = RoleName | 'same'

// Total: a role or a step added without deciding every pair does not compile.
const TABLE: Record<RoleName, Record<StepName, Expected>> = {
  alone: {
    join: 'joining',
    follow: 'same',
    lead: 'same',
    leave: 'same',
    separate: 'alone for good',
    close: 'same',
  },
  'alone for good': {
    join: 'same',
    follow: 'same',
    lead: 'same',
    leave: 'same',
    separate: 'same',
    close: 'alone',
  },
  joining: {
    join: 'same',
    follow: 'following',
    // The tab queues for the lead only when the others can see that it lives.
    lead: 'same',
    leave: 'alone',
    separate: 'alone for good',
    close: 'alone',
  },
  following: {
    join: 'same',
    follow: 'same',
    lead: 'leading',
    leave: 'alone',
    separate: 'alone for good',
    close: 'alone',
  },
  leading: {
    join: 'same',
    follow: 'following',
    lead: 'same',
    leave: 'alone',
    separate: 'alone for good',
    close: 'alone',
  },
}

const CASES = (Object.keys(TABLE) as RoleName[]).flatMap((name) =>
  (Object.entries(TABLE[name]) as [StepName, Expected][]).map(([step, expected]) => {
    const next = expected === 'same' ? name : expected
    return [`the step '${step}' leads a tab that is ${name} to ${next}`, ROLES[name], STEPS[step], ROLES[next]] as const
  }),
)

it.each(CASES)('%s', (_, role, step, next) => {
  expect(step(role)).toBe(next)
})

it('the table has every transition that there is', () => {
  const steps = Object.values(to).filter((each) => typeof each === 'function')
  expect(new Set<unknown>(steps)).toEqual(new Set(Object.values(STEPS)))
})

it('each role says what it is to the user, and two are alone', () => {
  expect(Object.values(ROLES).map(({ kind }) => kind)).toEqual(['alone', 'alone', 'joining', 'follower', 'leader'])
})
