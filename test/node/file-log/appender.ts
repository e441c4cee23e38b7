import { fileLog } from '../../../server/node.ts'

/*
 * A process that appends to a log as fast as it can until it is killed, and says which events `append` has resolved.
 */

const [path = '', fsync = ''] = process.argv.slice(2)
const log = fileLog({ path, size: 1_000_000, fsync: fsync === 'always' ? 'always' : false })
let n = log.head

async function append(): Promise<void> {
  for (;;) {
    const text = `${++n}`
    const { seq } = await log.append({ type: 'n', json: JSON.stringify(text.padEnd(n % 400, '.')), to: {}, at: 0 })
    // Straight to the pipe: what this process still holds when it is killed is lost.
    process.stdout.write(`${seq} ${text}\n`)
  }
}

process.stdout.write('open\n')
for (let each = 0; each < 8; each++) void append()
