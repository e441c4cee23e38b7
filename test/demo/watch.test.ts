import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { restartOnChange } from '../../demo/supervisor/watch.ts'
import { eventually } from '../support/eventually.ts'

const root = join(import.meta.dirname, '../..')

function setup() {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  onTestFinished(() => log.mockRestore())
  const watcher = Object.assign(new EventEmitter(), { add: vi.fn() })
  const starts: { resolve(): void; reject(error: Error): void }[] = []
  const restart = vi.fn(() => new Promise<void>((resolve, reject) => starts.push({ resolve, reject })))
  const report = vi.fn()
  restartOnChange(watcher as never, { restart }, report)
  const save = (path: string, event = 'change'): unknown => watcher.emit('all', event, join(root, path))
  return { watcher, starts, restart, report, save, log }
}

describe('the API server of npm run dev', () => {
  it.each(['demo/server/main.ts', 'demo/shared/orders.ts', 'server/log/file-log.ts', 'src/base/clock.ts'])(
    'starts again when %s is saved',
    (path) => {
      const { restart, save, log } = setup()
      save(path)
      expect(restart.mock.calls).toEqual([[0]])
      expect(log.mock.calls).toEqual([[`headwater demo: ${join(root, path)}: the API server starts again`]])
    },
  )

  it.each(['demo/page/strip.ts', 'demo/start.ts', 'adapters/react.ts', 'srcs/a.ts', 'README.md'])(
    'goes on when %s is saved',
    (path) => {
      const { restart, save } = setup()
      save(path)
      expect(restart).not.toHaveBeenCalled()
    },
  )

  it('starts once more for all files that are saved while it starts', async () => {
    const { restart, save, starts } = setup()
    save('server/a.ts')
    save('server/b.ts')
    save('server/c.ts', 'unlink')
    expect(restart).toHaveBeenCalledTimes(1)
    starts[0]?.resolve()
    await eventually(() => expect(restart).toHaveBeenCalledTimes(2))
    starts[1]?.resolve()
    await new Promise(setImmediate)
    expect(restart).toHaveBeenCalledTimes(2)
  })

  it('reports why it does not start, and starts when the next file is saved', async () => {
    const { restart, save, starts, report } = setup()
    save('server/a.ts')
    starts[0]?.reject(new Error('no such file'))
    await eventually(() => expect(report.mock.calls).toEqual([[new Error('no such file')]]))
    save('server/a.ts')
    await eventually(() => expect(restart).toHaveBeenCalledTimes(2))
  })
})
