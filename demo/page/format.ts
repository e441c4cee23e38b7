const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 1,
})
const euro = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' })
const number = new Intl.NumberFormat('en-GB')
const conjunction = new Intl.ListFormat('en-GB')

/** `14:03:27.5` */
export const time = (at: number): string => clock.format(at)

/** `1.4 s` */
export const seconds = (ms: number): string => `${(Math.max(ms, 0) / 1000).toFixed(1)} s`

/** `42 s`, `3 min 07 s` */
export function duration(ms: number): string {
  const total = Math.floor(Math.max(ms, 0) / 1000)
  return total < 60 ? `${total} s` : `${Math.floor(total / 60)} min ${`${total % 60}`.padStart(2, '0')} s`
}

export const money = (cents: number): string => euro.format(cents / 100)

/** `1,204` */
export const whole = (n: number): string => number.format(n)

/** `1 event`, `1,204 events` */
export const count = (n: number, noun: string): string => `${whole(n)} ${noun}${n === 1 ? '' : 's'}`

/** `0`, `812 B`, `64 kB` */
export const bytes = (n: number): string => (n ? (n < 1000 ? `${n} B` : `${whole(Math.round(n / 1000))} kB`) : '0')

/** `1, 2 and 4` */
export const list = (items: readonly string[]): string => conjunction.format(items)
