import type { Mail, Mailbox } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { record } from './event-log.ts'

/*
 * What every Mailbox promises, wherever it keeps its mail.
 */

export const mail = (n: number, until: number | null = null): Omit<Mail, 'seq'> => ({
  entry: { ...record(`"${n}"`), to: { userId: 'ada' }, seq: n },
  epoch: 'e',
  until,
  sent: false,
})

export const numbers = async (box: Mailbox, userId = 'ada'): Promise<number[]> =>
  (await box.list(userId)).map(({ entry }) => entry.seq)

/** @param make - Makes an empty mailbox. */
export function describeMailbox(name: string, make: () => Mailbox): void {
  describe(name, () => {
    it('lists the mail of each user in order, and nothing for others', async () => {
      const box = make()
      const seqs = [await box.add('ada', mail(1)), await box.add('bob', mail(2)), await box.add('ada', mail(3))]
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
      expect(new Set(seqs).size).toBe(3)
      expect(await box.list('ada')).toEqual([
        { ...mail(1), seq: seqs[0] },
        { ...mail(3), seq: seqs[2] },
      ])
      expect(await numbers(box, 'bob')).toEqual([2])
      expect(await numbers(box, 'constructor')).toEqual([])
    })

    it('forgets what was acknowledged, and nothing else', async () => {
      const box = make()
      const seqs = [await box.add('ada', mail(1)), await box.add('ada', mail(2)), await box.add('ada', mail(3))]
      const other = await box.add('bob', mail(4))
      await box.acknowledge('ada', [seqs[0] ?? 0, seqs[2] ?? 0, other, 99])
      expect(await numbers(box)).toEqual([2])
      expect(await numbers(box, 'bob')).toEqual([4])
    })

    it('notes what is being sent', async () => {
      const box = make()
      const seqs = [await box.add('ada', mail(1)), await box.add('ada', mail(2))]
      await box.markSent('ada', [seqs[1] ?? 0])
      expect((await box.list('ada')).map(({ sent }) => sent)).toEqual([false, true])
    })

    it('keeps all of what is added at once', async () => {
      const box = make()
      await Promise.all(Array.from({ length: 50 }, (_, n) => box.add('ada', mail(n))))
      expect(await numbers(box)).toEqual(Array.from({ length: 50 }, (_, n) => n))
    })
  })
}
