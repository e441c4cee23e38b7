import {
  createEffects,
  createHub,
  createJobs,
  type DeadLetter,
  type Effect,
  type EffectContext,
  type EffectQueue,
  type JobEvent,
  type JobEvents,
  type JobFailure,
  type JobStatus,
  type Jobs,
  type Pushed,
  type Step,
  WorkError,
  type WorkErrorCode,
} from 'headwater/server'
import { workerRunner } from 'headwater/server/node'
import { expectTypeOf } from 'vitest'

/*
 * What the compiler makes of effects and jobs. Nothing here runs: `tsc` is the test.
 */

interface Events {
  'order.accepted': { left: number }
  tick: number
}
interface Order {
  id: string
  userId: string
}
const hub = createHub<Events>()

const queue = createEffects({
  hub,
  initial: { left: 3 },
  reduce: ({ left }: { left: number }, { userId }: Order) => ({
    state: { left: left - 1 },
    effects: [
      { kind: 'toUser', to: userId, type: 'order.accepted', data: { left } },
      { kind: 'toSession', to: [userId], type: 'tick', data: 7, options: { key: 'k' } },
      { kind: 'broadcast', type: 'tick', data: 7, options: { tenant: 'acme' } },
      { kind: 'mail', address: userId },
    ],
  }),
  handlers: {
    mail: (mail: { address: string }, context: EffectContext<Order>) => context.push({ id: mail.address, userId: '' }),
  },
  onDeadLetter: (letter) => expectTypeOf(letter).toEqualTypeOf<DeadLetter<Order>>(),
})
expectTypeOf(queue).toEqualTypeOf<EffectQueue<{ left: number }, Order>>()
expectTypeOf(queue.push({ id: 'a', userId: 'ada' })).toEqualTypeOf<Promise<Pushed>>()
// @ts-expect-error an event without what the rules need
queue.push({ id: 'a' })

// Rules in a file of their own, without a hub.
interface Mail {
  kind: 'mail'
  address: string
}
type Rules = (state: number, order: Order) => Step<number, Events, Mail>
const rules: Rules = (state) => ({ state, effects: [{ kind: 'mail', address: 'a' }] })
createEffects({ hub, initial: 0, reduce: rules, handlers: { mail: (mail: Mail) => void mail } })
// @ts-expect-error an effect without a handler
createEffects({ hub, initial: 0, reduce: rules })

type Kinds = Effect<Events>['kind']
expectTypeOf<Kinds>().toEqualTypeOf<'broadcast' | 'toTopic' | 'toUser' | 'toSession' | 'toClients'>()
const effects = (effect: Effect<Events, Mail>) => effect
effects({ kind: 'toTopic', to: 'orders', type: 'tick', data: 7 })
// @ts-expect-error a payload of another type
effects({ kind: 'toTopic', to: 'orders', type: 'tick', data: '7' })
// @ts-expect-error no such event
effects({ kind: 'toTopic', to: 'orders', type: 'tock', data: 7 })
// @ts-expect-error no such kind
effects({ kind: 'toEverybody', type: 'tick', data: 7 })
// @ts-expect-error nobody is named
effects({ kind: 'toUser', type: 'tick', data: 7 })
// @ts-expect-error a list of users
effects({ kind: 'toUser', to: ['ada'], type: 'tick', data: 7 })

createEffects({
  hub,
  initial: 0,
  // @ts-expect-error no such event in what the rules return
  reduce: (state: number, _: Order) => ({ state, effects: [{ kind: 'broadcast', type: 'tock', data: 7 }] }),
})

expectTypeOf(new WorkError('full', '').code).toEqualTypeOf<WorkErrorCode>()

// Jobs.
interface Pages {
  done: number
}
type Reports = JobEvents<'job.report', Pages, string>
const reports = createHub<Events & Reports>()
const jobs = createJobs({
  hub: reports,
  type: 'job.report',
  run: workerRunner<{ month: number }, Pages, string>('r.js'),
})
expectTypeOf(jobs).toEqualTypeOf<Jobs<'job.report', { month: number }, Pages, string>>()
expectTypeOf(jobs.start({ month: 5 }, { userId: 'ada' })).toEqualTypeOf<string>()
expectTypeOf(jobs.get('j')?.last).toEqualTypeOf<JobEvent<'job.report', Pages, string> | undefined>()
// @ts-expect-error it is not said who gets the events
jobs.start({ month: 5 })
// @ts-expect-error no such field
jobs.start({ month: 5 }, { user: 'ada' })
// @ts-expect-error another task
jobs.start({ year: 5 }, { userId: 'ada' })
// @ts-expect-error the hub has no such event
createJobs({ hub, type: 'job.report', run: workerRunner<number, Pages, string>('r.js') })
// @ts-expect-error the hub's event has another result
createJobs({ hub: reports, type: 'job.report', run: workerRunner<number, Pages, number>('r.js') })
createJobs({
  hub: createHub(),
  run: async ({ task }: { task: number }, report: (pages: number) => void, signal) => {
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    report(task)
    return 'done'
  },
})
function show(event: JobEvent<'job.report', Pages, string>): string | number {
  if (event.status === 'queued') return event.data.ahead
  if (event.status === 'started') return event.data?.done ?? 0
  if (event.status === 'completed') return event.data
  expectTypeOf(event.data.code).toEqualTypeOf<JobFailure>()
  return event.data.message
}
expectTypeOf(show).returns.toEqualTypeOf<string | number>()
expectTypeOf<JobStatus>().toEqualTypeOf<'queued' | 'started' | 'completed' | 'failed'>()
