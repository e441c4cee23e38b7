import { describe, expect, it } from 'vitest'
import { byName, camelCase, pascalCase, wordsOf } from '../../../codegen/base/names.ts'

describe('names', () => {
  it.each([
    ['order.created', ['order', 'created'], 'OrderCreated', 'orderCreated'],
    ['order_created', ['order', 'created'], 'OrderCreated', 'orderCreated'],
    ['OrderCreated', ['Order', 'Created'], 'OrderCreated', 'orderCreated'],
    ['HTTPError', ['HTTP', 'Error'], 'HTTPError', 'httpError'],
    ['job:2/done', ['job', '2', 'done'], 'Job2Done', 'job2Done'],
    ['2fa', ['2fa'], '_2fa', '_2fa'],
    ['émoi.né', ['émoi', 'né'], 'ÉmoiNé', 'émoiNé'],
    ['x²', ['x'], 'X', 'x'],
    ['Ⅷ.a', ['Ⅷ', 'a'], 'ⅧA', 'ⅷA'],
    ['!!!', [], '_', '_'],
    ['', [], '_', '_'],
  ])('%j becomes a type and a function', (name, words, pascal, camel) => {
    expect([wordsOf(name), pascalCase(name), camelCase(name)]).toEqual([words, pascal, camel])
  })

  it('have one order on every machine', () => {
    expect(['b', 'B', 'a', 'é', 'a'].sort(byName)).toEqual(['B', 'a', 'a', 'b', 'é'])
  })
})
