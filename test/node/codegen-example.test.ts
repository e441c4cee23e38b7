import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { run } from '../../cli/commands.ts'
import { watchEvents } from '../../examples/codegen/client.ts'
import type { Events } from '../../examples/codegen/events/events.ts'
import { comment, createApp } from '../../examples/codegen/server.ts'
import { terminal } from '../cli/terminal.ts'
import { reach } from './example-stage.ts'

describe('the example for headwater generate', () => {
  it('has the files that its structs say', async () => {
    const { host, out, err } = terminal({ folder: join(import.meta.dirname, '../../examples/codegen') })
    const options = ['--case', 'dot', '--schemas', 'plain', '--publisher', '--extension', 'ts']
    const code = await run(
      ['generate', 'models', '--types', 'models/*.rs', ...options, '-o', 'events', '--check'],
      host,
    )
    expect({ code, out: out.text, err: err.text }).toEqual({ code: 0, out: '', err: '' })
  })

  it('shows what the server sends, and sends nothing else', async () => {
    const { server, hub, publish } = createApp()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const lines: string[] = []
    const bob = watchEvents(url, 'bob', (line) => lines.push(line))
    onTestFinished(async () => {
      bob.close()
      await hub.close()
      server.close()
    })
    await reach(bob, 'open')
    await bob.topic('comments').joined()
    const last = new Promise((resolve) => bob.subscribe('system.notice', resolve))
    await comment(publish, 'Hello')
    await publish.notification({ kind: 'badge', unread: 2 }, { userId: 'ada' })
    await expect(
      publish.systemNotice({ level: 'loud', text: 'x', stops_in: null } as unknown as Events['system.notice']),
    ).rejects.toThrow('the data of system.notice does not fit its schema: level: expected one of "info","warning"')
    await publish.systemNotice({ level: 'warning', text: 'Back in a minute', stops_in: 60 })
    await last
    expect(lines).toEqual(['Ada: Hello', 'Ada mentions you', 'warning: Back in a minute'])
  })
})
