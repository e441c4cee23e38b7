import { expect, it } from 'vitest'
import { createWindow } from '../../../server/log/window.ts'

const entry = (seq: number, json = '1') => ({ seq, type: 'n', json, to: {}, at: 0 })
const seqs = (entries: readonly { readonly seq: number }[]): number[] => entries.map(({ seq }) => seq)

it('holds the newest entries, as many as its size', () => {
  const window = createWindow(3, Infinity)
  for (let seq = 11; seq <= 18; seq++) window.push(entry(seq))
  expect(window.length).toBe(3)
  expect(seqs(window.read(0, 9))).toEqual([16, 17, 18])
  expect(seqs(window.read(17, 9))).toEqual([17, 18])
  expect(seqs(window.read(16, 2))).toEqual([16, 17])
  expect(window.read(19, 9)).toEqual([])
})

it('holds as much text as fits, and nothing that is longer than that', () => {
  const window = createWindow(9, 10)
  window.push(entry(1, 'x'.repeat(6)))
  window.push(entry(2, 'x'.repeat(4)))
  expect(window.length).toBe(2)
  window.push(entry(3, 'x'))
  expect(seqs(window.read(0, 9))).toEqual([2, 3])
  window.push(entry(4, 'x'.repeat(11)))
  expect(window.length).toBe(0)
})

it('forgets entries and their text when it is cleared', () => {
  const window = createWindow(9, 10)
  window.push(entry(1, 'x'.repeat(10)))
  window.clear()
  expect(window.read(0, 9)).toEqual([])
  window.push(entry(1, 'x'.repeat(10)))
  expect(window.length).toBe(1)
})
