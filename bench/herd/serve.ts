import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHub } from '../../server/index.ts'
import { toNodeHandler } from '../../server/node.ts'
import { answer } from '../server/processes.ts'

/*
 * The process of the server. `node bench/herd/serve.ts <port>`; 0 is any. It can be killed, and started again on the same port.
 */

const hub = createHub({ limits: { clients: Infinity } })
const server = createServer(toNodeHandler(hub)).listen(Number(process.argv[2]), '127.0.0.1', 4096)
await once(server, 'listening')

const commands = { port: () => (server.address() as AddressInfo).port } as const

export type ServeCommands = typeof commands

answer(commands)
