import { fileLog } from '../../../server/node.ts'

/*
 * A process whose files may not get long. It appends until nothing more fits, and then something short.
 */

const log = fileLog({ path: process.argv[2] ?? '', fsync: 'always' })
const told: string[] = []
log.subscribe({ entry: ({ json }) => told.push(json), reset() {} })
const resolved: string[] = []
const codes = new Set<unknown>()
let rejected = 0

async function append(text: string): Promise<void> {
  const json = JSON.stringify(text)
  try {
    await log.append({ type: 'n', json, to: {}, at: 0 })
    resolved.push(json)
  } catch (error) {
    codes.add((error as { code?: unknown }).code)
    rejected++
  }
}

for (let n = 0; n < 20; n++) await append(`${n}`.padEnd(1000, 'x'))
await append('small')
await log.close()
process.stdout.write(JSON.stringify({ resolved, rejected, told, codes: [...codes] }))
