import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../cli/command-line/args.ts'
import { readMockOptions } from '../../../cli/mock/options.ts'

it('has a default for everything', () => {
  expect(readMockOptions([])).toEqual({
    file: undefined,
    port: 8080,
    host: undefined,
    cors: true,
    tick: 1000,
    replay: false,
    introduce: false,
    quiet: false,
  })
})

it.each<[argv: string[], expected: object]>([
  [['orders.json'], { file: 'orders.json' }],
  [['--port', '0'], { port: 0 }],
  [['-p', '65535'], { port: 65535 }],
  [['--host', '0.0.0.0'], { host: '0.0.0.0' }],
  [['--no-cors', '--replay', '--introduce', '-q'], { cors: false, replay: true, introduce: true, quiet: true }],
  [['--tick', '0'], { tick: 0 }],
  [['--tick', '2'], { tick: 2000 }],
  [['--tick', '10ms'], { tick: 10 }],
])('reads %j', (argv, expected) => {
  expect(readMockOptions(argv)).toMatchObject(expected)
})

describe('what is wrong is told in one line', () => {
  it.each<[argv: string[], said: string]>([
    [['--prot', '5'], 'there is no option --prot, did you mean --port?'],
    [['a.json', 'b.json'], 'mock takes one script, and "b.json" is one more'],
    [['a.json', '--tick', '5s'], '--tick and a script exclude each other: with a script nothing ticks'],
    [['--port'], '--port expects N'],
    [['--port', '65536'], '--port expects a number from 0 to 65535, not "65536"'],
    [['--port', '80.5'], '--port expects a number from 0 to 65535, not "80.5"'],
    [['--port', ''], '--port expects a number from 0 to 65535, not ""'],
    [['--host', ''], '--host expects an address such as 127.0.0.1 or 0.0.0.0, not ""'],
    [['--tick', '9ms'], '--tick expects a time such as 500ms or 2s, 10ms or more, or 0 for none, not "9ms"'],
    [['--tick', 'often'], '--tick expects a time such as 500ms or 2s, 10ms or more, or 0 for none, not "often"'],
  ])('%j', (argv, said) => {
    expect(() => readMockOptions(argv)).toThrow(new UsageError(said))
  })
})
