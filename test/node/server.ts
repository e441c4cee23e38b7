import { createMockServer } from 'headwater/testing/node'
import { perform, remote, type StartServer } from '../suite/server.ts'

/** Starts a server in this process. */
export const startServer: StartServer = async (options) => {
  const server = await createMockServer(options)
  return remote(server, (call, args) => perform(server, call, args))
}
