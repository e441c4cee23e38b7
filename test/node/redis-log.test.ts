import { type LogEntry, LogUnavailableError } from 'headwater/server'
import { type RedisLog, type RedisLogOptions, redisLog } from 'headwater/server/redis'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { describeEventLog, fill, hear, numbers, record } from '../support/event-log.ts'
import { eventually } from '../support/eventually.ts'
import { openGate } from '../support/gate.ts'
import { describeRedis, startRedis, type TestRedis } from '../support/redis.ts'

/*
 * A log in Redis, with a redis-server that the test starts.
 */

let shared: TestRedis
let names = 0
const ends: (() => Promise<void>)[] = []

interface OpenOptions extends RedisLogOptions {
  readonly redis?: TestRedis
  /** The port of a gate. */
  readonly through?: number
}

/** A log under a prefix of its own, unless it is named. */
async function open({ redis = shared, through, ...options }: OpenOptions = {}): Promise<RedisLog> {
  const log = await redisLog(redis.client(through), { prefix: `test-${++names}`, onWarning: () => {}, ...options })
  onTestFinished(() => log.close())
  return log
}

/** What `append` of an unreachable log rejects with. */
const failure = (appended: Promise<LogEntry>): Promise<LogUnavailableError> =>
  appended.then(
    ({ seq }) => {
      throw new Error(`it was written as ${seq}`)
    },
    (error) => {
      expect(error).toBeInstanceOf(LogUnavailableError)
      return error
    },
  )

describeRedis('a log in Redis', () => {
  beforeAll(async () => {
    shared = await startRedis([], (end) => ends.push(end))
  })
  afterAll(async () => {
    for (const end of ends.splice(0)) await end()
  })

  describeEventLog('redisLog', (size) => open({ size }))

  it('gives two processes the same entries in the same order, whichever appends', async () => {
    const [a, b] = [await open({ prefix: 'two' }), await open({ prefix: 'two' })]
    const heard = [hear(a), hear(b)]
    const texts = Array.from({ length: 300 }, (_, n) => `${n}`)
    await Promise.all(texts.map((text, n) => (n % 2 ? a : b).append(record(text))))
    await eventually(() => expect(heard.map((each) => each.length)).toEqual([300, 300]))
    expect(heard[0]).toEqual(heard[1])
    expect([...(heard[0] ?? [])].sort()).toEqual([...texts].sort())
    expect([a.epoch, a.head, a.first]).toEqual([b.epoch, 300, b.first])
    const c = await open({ prefix: 'two' })
    expect(await c.read(0, Infinity)).toEqual(await a.read(0, Infinity))
    expect(numbers(await c.read(290, 5))).toEqual([291, 292, 293, 294, 295])
  })

  it('reads what its process has never had in memory', async () => {
    const log = await fill(await open({ prefix: 'long' }), 1)
    await Promise.all(Array.from({ length: 2500 }, (_, n) => log.append(record(`${n}`))))
    const late = await open({ prefix: 'long' })
    expect(numbers(await late.read(0, 3))).toEqual([1, 2, 3])
    expect(numbers(await late.read(999, 3))).toEqual([1000, 1001, 1002])
    expect((await late.read(0, Infinity)).length).toBe(2501)
  })

  it('reads on behind what is deleted while it reads', async () => {
    const gate = await openGate(shared.port)
    const log = await open({ prefix: 'trimmed' })
    await Promise.all(Array.from({ length: 2500 }, (_, n) => log.append(record(`${n}`))))
    const late = await open({ prefix: 'trimmed', through: gate.port })
    gate.hold('xrange')
    const reading = late.read(0, Infinity)
    await eventually(() => expect(gate.held).toBeGreaterThan(0))
    await shared.client().xtrim('{trimmed}:log', 'MINID', '1501-0')
    gate.release()
    const read = numbers(await reading)
    expect([read[0], read.at(-1), read.length]).toEqual([1501, 2500, 1000])
  })

  it('reaches a number that another process has, and knows those that no process has', async () => {
    const gate = await openGate(shared.port)
    const [a, b] = [await open({ prefix: 'reach' }), await open({ prefix: 'reach', through: gate.port, timeout: 300 })]
    await fill(a, 2)
    await eventually(() => expect(b.head).toBe(2))
    await b.reach(a.epoch, 3)
    await b.reach('abcdefgh', 1)
    gate.hold('xread')
    await fill(a, 3)
    await expect(b.reach(a.epoch, 4)).rejects.toThrow('this process has not read up to 4 within 300 ms')
    const reached = b.reach(a.epoch, 5)
    gate.release()
    await reached
    expect(b.head).toBe(5)
    gate.close()
    await expect(b.reach(a.epoch, 6)).rejects.toThrow(/^(there is no connection|the connection was lost)$/)
  })

  it('begins another epoch for all processes when one of them resets it', async () => {
    const [a, b] = [await open({ prefix: 'reset' }), await open({ prefix: 'reset' })]
    await fill(a, 3)
    await eventually(() => expect(b.head).toBe(3))
    const { epoch } = a
    const heard = hear(b)
    await a.reset()
    await a.append(record('"new"'))
    await eventually(() => expect(heard).toEqual(['reset at 0', '"new"']))
    expect(b.epoch).toBe(a.epoch)
    expect(b.epoch).not.toBe(epoch)
  })

  it('notices FLUSHALL, takes another epoch, and goes on from 1', async () => {
    const redis = await startRedis()
    const [a, b] = [await open({ redis, prefix: 'x' }), await open({ redis, prefix: 'x' })]
    await fill(a, 5)
    await eventually(() => expect(b.head).toBe(5))
    const { epoch } = a
    const heard = [hear(a), hear(b)]
    await redis.client().flushall()
    const { seq } = await a.append(record('"after"'))
    expect(seq).toBe(1)
    await eventually(() =>
      expect(heard).toEqual([
        ['reset at 0', '"after"'],
        ['reset at 0', '"after"'],
      ]),
    )
    expect(a.epoch).not.toBe(epoch)
    expect(b.epoch).toBe(a.epoch)
    await redis.client().flushall()
    await eventually(() => expect(heard[1]?.at(-1)).toBe('reset at 0'))
  })

  it('notices a restart of Redis without its data', async () => {
    const redis = await startRedis()
    const [a, b] = [await open({ redis, prefix: 'x', timeout: 500 }), await open({ redis, prefix: 'x' })]
    await fill(a, 5)
    const { epoch } = a
    await redis.kill()
    await eventually(() => expect([a.available, b.available]).toEqual([false, false]))
    expect([a.epoch, a.head]).toEqual([epoch, 5])
    expect(numbers(await a.read(0, 10))).toEqual([1, 2, 3, 4, 5])
    const { message, written } = await failure(a.append(record('1')))
    expect(message).toMatch(/^Redis cannot be reached, and the event was not written: .*ECONNREFUSED/)
    expect(written).toBe(false)
    await redis.start()
    await eventually(() => expect([a.available, b.available]).toEqual([true, true]))
    await a.append(record('1'))
    await eventually(() => expect([b.epoch, b.head]).toEqual([a.epoch, 1]))
    expect(a.epoch).not.toBe(epoch)
  })

  it('goes on in the same epoch after a restart of Redis with an append-only file', async () => {
    const redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
    const [a, b] = [await open({ redis, prefix: 'x' }), await open({ redis, prefix: 'x' })]
    await fill(a, 5)
    await eventually(() => expect(b.head).toBe(5))
    const heard = hear(b)
    const { epoch } = a
    await redis.kill()
    await eventually(() => expect([a.available, b.available]).toEqual([false, false]))
    const waiting = a.append(record('"while it was down"'))
    await redis.start()
    expect((await waiting).seq).toBe(6)
    await eventually(() => expect(heard).toEqual(['"while it was down"']))
    expect([a.epoch, b.epoch]).toEqual([epoch, epoch])
  })

  it('takes another epoch if Redis comes back with an older state, and keeps the numbers', async () => {
    const redis = await startRedis()
    const [a, b] = [await open({ redis, prefix: 'x' }), await open({ redis, prefix: 'x' })]
    await fill(a, 5)
    await redis.client().save()
    await fill(a, 5)
    await eventually(() => expect(b.head).toBe(10))
    const { epoch } = a
    const heard = hear(b)
    await redis.kill()
    await redis.start()
    await eventually(() => expect(b.epoch).not.toBe(epoch))
    const { seq } = await a.append(record('"after"'))
    expect(seq).toBe(6)
    await eventually(() => expect(heard).toEqual(['reset at 5', '"after"']))
    expect(a.epoch).toBe(b.epoch)
  })

  it('takes another epoch if Redis is back in one that was over, and gives no event twice', async () => {
    // As with a master that stood still during a failover: it answers again, and knows nothing of what came after.
    const redis = await startRedis()
    const [a, b] = [await open({ redis, prefix: 'x' }), await open({ redis, prefix: 'x' })]
    await fill(a, 3)
    await redis.client().save()
    const before = a.epoch
    await a.reset()
    await a.append(record('"later"'))
    await eventually(() => expect([b.epoch, b.head]).toEqual([a.epoch, 1]))
    const heard = [hear(a), hear(b)]
    const { epoch } = a
    await redis.kill()
    await redis.start()
    await eventually(() => expect([a.available, b.available, b.epoch === epoch]).toEqual([true, true, false]))
    expect((await a.append(record('"after"'))).seq).toBe(4)
    await eventually(() =>
      expect(heard).toEqual([
        ['reset at 3', '"after"'],
        ['reset at 3', '"after"'],
      ]),
    )
    expect([before, epoch]).not.toContain(a.epoch)
    expect(b.epoch).toBe(a.epoch)
  })

  it('takes another epoch if another entry has the number of its last one', async () => {
    const redis = await startRedis()
    const gate = await openGate(redis.port)
    const a = await open({ redis, prefix: 'x', through: gate.port })
    await fill(a, 1)
    await redis.client().save()
    await fill(a, 2)
    const { epoch } = a
    const heard = hear(a)
    gate.close()
    await redis.kill()
    await redis.start()
    // A process that has seen nothing of what is lost.
    await fill(await open({ redis, prefix: 'x' }), 5)
    gate.open()
    await eventually(() => expect(heard).toEqual(['reset at 6']))
    expect([a.epoch === epoch, a.head]).toEqual([false, 6])
  })

  it('goes on behind a hole if entries are deleted before its process has read them', async () => {
    const gate = await openGate(shared.port)
    const [cut, other] = [
      await open({ prefix: 'hole', size: 10, through: gate.port }),
      await open({ prefix: 'hole', size: 10 }),
    ]
    await fill(cut, 3)
    const heard = hear(cut)
    const { epoch } = cut
    gate.close()
    await Promise.all(Array.from({ length: 2000 }, (_, n) => other.append(record(`${n}`))))
    gate.open()
    await eventually(() => expect(cut.head).toBe(other.head))
    expect(heard[0]).toMatch(/^reset at \d+$/)
    expect(heard.at(-1)).toBe('1999')
    expect(heard.filter((text) => text.startsWith('reset'))).toHaveLength(1)
    expect(cut.epoch).toBe(epoch)
    expect(await cut.read(0, Infinity)).toEqual(await other.read(0, Infinity))
  })

  it('loses nothing while its process cannot reach Redis, as long as the log has it', async () => {
    const gate = await openGate(shared.port)
    const [cut, other] = [await open({ prefix: 'cut', through: gate.port }), await open({ prefix: 'cut' })]
    const heard = hear(cut)
    await fill(cut, 3)
    gate.close()
    await eventually(() => expect(cut.available).toBe(false))
    await fill(other, 250)
    gate.open()
    await eventually(() => expect(heard.length).toBe(253))
    expect(heard.some((text) => text.startsWith('reset'))).toBe(false)
    expect(cut.available).toBe(true)
  })

  it('writes an event once if the answer of Redis is lost', async () => {
    const gate = await openGate(shared.port)
    const log = await open({ prefix: 'lost', through: gate.port })
    const heard = hear(log)
    gate.loseAnswerTo('only once')
    expect((await log.append(record('"only once"'))).seq).toBe(1)
    expect((await log.append(record('"next"'))).seq).toBe(2)
    expect(heard).toEqual(['"only once"', '"next"'])
  })

  it('does not write an event again in another epoch if the answer of Redis is lost', async () => {
    const redis = await startRedis()
    const gate = await openGate(redis.port)
    const [log, other] = [await open({ redis, prefix: 'x', through: gate.port }), await open({ redis, prefix: 'x' })]
    const heard = hear(other)
    gate.hold('{x}')
    const appended = failure(log.append(record('"once"')))
    await eventually(() => expect(heard).toEqual(['"once"']))
    await redis.client().flushall()
    gate.close()
    gate.release()
    gate.open()
    expect((await appended).written).toBe('unknown')
    await log.append(record('"next"'))
    await eventually(() => expect(heard).toEqual(['"once"', 'reset at 0', '"next"']))
  })

  it('forgets the last batch of processes that have ended long ago, when another one starts', async () => {
    const now = Number((await shared.client().time())[0])
    await fill(await open({ prefix: 'ended' }), 1)
    const meta = '{ended}:meta'
    await shared
      .client()
      .hset(meta, 'sent:long-ago', `long-ago.1 e 1 ${now - 3700}`, 'sent:lately', `b.1 e 1 ${now - 3500}`)
    await fill(await open({ prefix: 'ended' }), 2)
    const names = (await shared.client().hkeys(meta)).filter((name) => name.startsWith('sent:'))
    expect(names).toHaveLength(3)
    expect(names).not.toContain('sent:long-ago')
  })

  it('rejects an append that Redis does not answer, and says that it may have been written', async () => {
    const redis = await startRedis()
    const log = await open({ redis, timeout: 1000 })
    const heard = hear(log)
    redis.freeze()
    const { message, written } = await failure(log.append(record('1')))
    expect(message).toMatch(/^Redis has not answered, and may have written the event: no answer within \d+ ms$/)
    expect(written).toBe('unknown')
    expect(log.available).toBe(false)
    redis.thaw()
    await eventually(() => expect(log.available).toBe(true))
    await log.append(record('2'))
    expect(heard.filter((text) => text === '2')).toHaveLength(1)
    expect(heard.filter((text) => text === '1').length).toBeLessThan(2)
  })

  it('rejects an append that Redis refuses, with the reason', async () => {
    const redis = await startRedis()
    const log = await open({ redis })
    await fill(log, 1)
    await redis.client().config('SET', 'maxmemory', '1mb')
    const { message, written } = await failure(log.append(record('1')))
    expect(message).toMatch(/^Redis has not written the event: OOM /)
    expect(written).toBe(false)
    await redis.client().config('SET', 'maxmemory', '0')
    expect((await log.append(record('2'))).seq).toBe(2)
  })

  it('waits while Redis is a replica, and takes another epoch when it is a master again', async () => {
    const redis = await startRedis()
    const log = await open({ redis })
    const heard = hear(log)
    await fill(log, 1)
    const { epoch } = log
    await redis.client().replicaof('127.0.0.1', 1)
    const waiting = log.append(record('"after"'))
    await eventually(() => expect(log.available).toBe(false))
    await redis.client().replicaof('NO', 'ONE')
    expect((await waiting).seq).toBe(2)
    // It may have given numbers to nobody meanwhile: whether something is missing is not for it to know.
    expect(heard).toEqual(['1', 'reset at 1', '"after"'])
    expect(log.epoch).not.toBe(epoch)
  })

  it('gives no number twice in an epoch if a replica takes over, and the old master goes on', async () => {
    const master = await startRedis()
    const replica = await startRedis(['--replicaof', '127.0.0.1', `${master.port}`])
    const a = await open({ redis: master, prefix: 'x' })
    await fill(a, 3)
    await eventually(async () => expect(await replica.client().xlen('{x}:log')).toBe(3))
    await replica.client().replicaof('NO', 'ONE')
    await fill(a, 2)
    const b = await open({ redis: replica, prefix: 'x' })
    await fill(b, 2)
    expect([a.head, b.head]).toEqual([5, 5])
    expect(a.epoch).not.toBe(b.epoch)
  })

  it('goes on in its epoch when a first replica connects', async () => {
    const master = await startRedis()
    const log = await open({ redis: master, prefix: 'x' })
    const heard = hear(log)
    await fill(log, 1)
    const { epoch } = log
    const id = async () => /master_replid:(\w+)/.exec(await master.client().info('replication'))?.[1]
    const before = await id()
    await startRedis(['--replicaof', '127.0.0.1', `${master.port}`])
    await eventually(async () => expect(await id()).not.toBe(before))
    await fill(log, 2)
    expect([heard, log.epoch]).toEqual([['1', '1', '2'], epoch])
  })

  it('rejects at once if Redis has been gone for long', async () => {
    const redis = await startRedis()
    const log = await open({ redis, timeout: 200 })
    await redis.kill()
    await eventually(() => expect(log.available).toBe(false))
    await failure(log.append(record('1')))
    await failure(log.append(record('1')))
    // Half of the time that they would take if each of them waited.
    let isOver = false
    const timer = setTimeout(() => {
      isOver = true
    }, 10_000)
    onTestFinished(() => clearTimeout(timer))
    let count = 0
    for (; count < 100 && !isOver; count++) await failure(log.append(record('1')))
    expect(count).toBe(100)
  })

  it('rejects when 10,000 events wait already', async () => {
    const redis = await startRedis()
    const log = await open({ redis, timeout: 500 })
    redis.freeze()
    const all = Array.from({ length: 10_001 }, () => log.append(record('1')))
    expect((await failure(all.at(-1) as Promise<LogEntry>)).message).toMatch(/^10000 events wait for Redis/)
    redis.thaw()
    await Promise.allSettled(all)
  })

  it('deletes events that are too old', async () => {
    const log = await open({ prefix: 'old', maxAge: 2000 })
    await fill(log, 3)
    expect(log.first).toBe(1)
    await log.append({ ...record('"young"'), at: Date.now() + 3_600_000 })
    await eventually(() => expect(log.first).toBe(4))
    expect(numbers(await log.read(0, 10))).toEqual([4])
    expect(await shared.client().xlen('{old}:log')).toBe(1)
  })

  it.each(['meta', 'log', 'wake'])('goes on if somebody deletes the key %s', async (key) => {
    const [a, b] = [await open({ prefix: `del-${key}` }), await open({ prefix: `del-${key}` })]
    await fill(a, 3)
    await shared.client().del(`{del-${key}}:${key}`)
    await a.append(record('"after"'))
    await a.append(record('"later"'))
    await eventually(() => expect([b.epoch, b.head]).toEqual([a.epoch, a.head]))
    expect((await b.read(a.head - 2, 10)).map(({ json }) => json)).toEqual(['"after"', '"later"'])
  })

  it('passes over what somebody else has added to the stream', async () => {
    const log = await open({ prefix: 'odd' })
    const heard = hear(log)
    await fill(log, 2)
    await shared.client().xadd('{odd}:log', '3-0', 'hello', 'world')
    await shared.client().hset('{odd}:meta', 'seq', 3)
    await log.append(record('"after"'))
    expect(heard).toEqual(['1', '2', 'reset at 3', '"after"'])
  })

  it('rejects appends after it was closed, also if it is closed twice', async () => {
    const log = await open()
    await log.close()
    await log.close()
    await expect(log.append(record('1'))).rejects.toThrow('the log in Redis has been closed')
  })

  it('rejects if there is no Redis at the start', async () => {
    const redis = await startRedis()
    await redis.kill()
    const error = await redisLog(redis.client(), { startTimeout: 500 }).catch((reason) => reason)
    expect(error).toBeInstanceOf(LogUnavailableError)
    expect([error.message, error.written]).toEqual([
      `the log in Redis could not be opened within 500 ms: connect ECONNREFUSED 127.0.0.1:${redis.port}`,
      false,
    ])
  })

  it('rejects if Redis takes connections at the start and answers nothing', async () => {
    const redis = await startRedis()
    redis.freeze()
    await expect(redisLog(redis.client(), { startTimeout: 100 })).rejects.toThrow(
      'the log in Redis could not be opened within 100 ms: no answer',
    )
  })

  it('waits at the start until Redis is there', async () => {
    const redis = await startRedis()
    await redis.kill()
    const opening = open({ redis, prefix: 'x' })
    await redis.start()
    expect((await (await opening).append(record('1'))).seq).toBe(1)
  })

  it('rejects at once at the start if Redis refuses', async () => {
    await shared.client().set('{refused}:meta', 'a text')
    await expect(open({ prefix: 'refused' })).rejects.toThrow(/^WRONGTYPE /)
  })
})
