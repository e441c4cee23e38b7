import { expect, it } from 'vitest'
import type { Mail } from '../../../server/log/mailbox.ts'
import { type Due, dueOf, type Standing } from '../../../server/streams/due.ts'

/** A mail with the number 5 in the mailbox that was the event 50 of the log `now`. */
const mail = (rest: Partial<Mail> = {}, seq = 50): Mail => ({
  seq: 5,
  entry: { seq, type: 'n', json: '1', to: { userId: 'ada' }, at: 0 },
  epoch: 'now',
  until: null,
  sent: true,
  ...rest,
})

const none: Standing = { cursor: undefined, epoch: 'now', after: 60, recovered: false }
const at = (seq: number, place?: number, epoch = 'now'): Standing => ({
  cursor: { epoch, seq, mail: place },
  epoch: 'now',
  // A cursor of another log leads nowhere: the stream begins at the head.
  after: epoch === 'now' ? seq : 60,
  recovered: epoch === 'now',
})
const expired = (standing: Standing): Standing => ({ ...standing, after: 60, recovered: false })

it.each<[what: string, mail: Mail, standing: Standing, due: Due]>([
  ['to a stream without a cursor', mail(), none, 'send'],
  ['to a stream without a cursor, of another log', mail({ epoch: 'old' }), none, 'send'],
  ['to one that comes back behind it', mail(), at(50), 'acknowledged'],
  ['to one that comes back far behind it', mail(), at(55), 'acknowledged'],
  ['to one that comes back before it', mail(), at(49), 'later'],
  ['to one whose cursor is too old, before it', mail(), expired(at(20)), 'send'],
  ['to one whose cursor is too old, and stands behind it', mail(), expired(at(55)), 'acknowledged'],
  ['of another log, to one that comes back', mail({ epoch: 'old' }, 999), at(3), 'acknowledged'],
  ['to one whose cursor is of a log before', mail(), at(999, undefined, 'old'), 'send'],
  [
    'of a log before, to one whose cursor of that log stands behind it',
    mail({ epoch: 'old' }),
    at(50, undefined, 'old'),
    'acknowledged',
  ],
  [
    'of a log before, to one whose cursor of that log stands before it',
    mail({ epoch: 'old' }),
    at(49, undefined, 'old'),
    'send',
  ],
  ['to one that broke off before its mail', mail(), at(60, 0), 'send'],
  ['to one that broke off before this mail', mail(), at(60, 4), 'send'],
  ['to one that broke off after this mail', mail(), at(60, 5), 'acknowledged'],
  ['to one that broke off after this mail, under another log', mail(), at(999, 5, 'old'), 'acknowledged'],
  ['to one that broke off before its mail, from further back', mail(), at(40, 0), 'later'],
  ['that no stream was sent, behind which a cursor of somebody else stands', mail({ sent: false }), at(55), 'send'],
  ['that no stream was sent, to one with a place behind it', mail({ sent: false }), at(60, 9), 'send'],
  ['that no stream was sent, to one that comes back before it', mail({ sent: false }), at(49), 'later'],
  ['that no stream was sent, to one without a cursor', mail({ sent: false }), none, 'send'],
])('mail %s: %#', (_, each, standing, due) => {
  expect(dueOf(each, standing)).toBe(due)
})
