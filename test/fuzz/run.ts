import { parseArgs } from 'node:util'
import { compareReaders } from './streams.ts'

/*
 * npm run fuzz -- [--streams 20000] [--seed 1]
 */

const { values } = parseArgs({
  options: { streams: { type: 'string', default: '20000' }, seed: { type: 'string', default: `${Date.now() >>> 0}` } },
})
const streams = Number(values.streams)
console.log(`${streams} streams, seed ${values.seed}`)
compareReaders(streams, Number(values.seed))
console.log('our parser, the standard and eventsource-parser read all of them alike')
