import type { Mock } from '../mock/mock.ts'
import { perform } from '../mock/perform.ts'
import { createDeferred } from '../platform/deferred.ts'
import type { MockRequest } from '../request/request.ts'
import { checkScript } from '../script/script.ts'
import type { Script, Step } from '../script/step.ts'
import { type ControlCall, ControlError, checked, lineOf, numberOf, pause, readSteps, waitFor } from './call.ts'

/** The server as the control endpoint sees it. */
export interface Controlled {
  readonly url: string
  /** Stands for all paths. */
  readonly mock: Mock
  /** @throws Error for a path that has no mock of its own. */
  route(path: string): Mock
  /** Calls back after each request. @returns Stops that. */
  watch(listener: () => void): () => void
}

interface Asked {
  /** Of the path that was asked for, or of all. */
  readonly mock: Mock
  readonly server: Controlled
  readonly call: ControlCall
}

/** One thing that can be asked of the control endpoint. */
interface Operation {
  readonly method: 'GET' | 'POST'
  /** The parameters of its query. */
  readonly parameters: readonly string[]
  run(asked: Asked): object | Promise<object>
}

const WAITING = ['route', 'timeout']

export const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ['', { method: 'GET', parameters: ['route'], run: describe }],
  ['/requests', { method: 'GET', parameters: [...WAITING, 'count'], run: waitForRequests }],
  ['/connected', { method: 'GET', parameters: WAITING, run: waitForStream }],
  ['/closed', { method: 'GET', parameters: WAITING, run: waitForEnd }],
  ['/script', { method: 'POST', parameters: ['route'], run: queue }],
  ['/do', { method: 'POST', parameters: ['route'], run: performNow }],
  ['/reset', { method: 'POST', parameters: ['route'], run: reset }],
])

function describe({ server: { url }, mock: { requests, connections } }: Asked): object {
  return { url, requests, connections: connections.map(({ request }) => summary(request)) }
}

/** A request without its headers and body. */
const summary = ({ method, path, query, lastEventId, at }: MockRequest): object => {
  return { method, path, query, lastEventId, at }
}

async function waitForRequests({ mock, server, call }: Asked): Promise<object> {
  const count = numberOf(call, 'count', 0)
  const enough = createDeferred<void>()
  const look = (): void => {
    if (mock.requests.length >= count) enough.resolve()
  }
  const stop = server.watch(look)
  look()
  try {
    await waitFor(enough.promise, call, () => `${mock.requests.length} of ${count} requests came`)
  } finally {
    stop()
  }
  return { requests: mock.requests }
}

async function waitForStream({ mock, call }: Asked): Promise<object> {
  const { request } = await waitFor(mock.connected(), call, () => 'no stream was opened')
  return summary(request)
}

async function waitForEnd({ mock, call }: Asked): Promise<object> {
  await waitFor(mock.closed(), call, () => 'not every stream was over')
  return {}
}

function queue({ mock, call }: Asked): object {
  const { each, first } = checked(() => checkScript(readSteps(call) as Script))
  const scripts = each ? [each] : first
  // To the option `script` an empty list is none; here it is a script that leaves its stream to the caller.
  if (!scripts.length) scripts.push([])
  for (const steps of scripts) mock.script(...steps)
  return { scripts: scripts.length }
}

async function performNow({ mock, call }: Asked): Promise<object> {
  const steps = readSteps(call) as readonly Step[]
  const wait = (ms: number): Promise<boolean> => pause(ms, call.signal).then(() => !call.signal.aborted)
  try {
    return { connections: await perform(mock, steps, wait) }
  } catch (error) {
    // An impossible call is the caller's mistake; a call at the wrong time depends on the streams.
    throw new ControlError(error instanceof TypeError ? 400 : 409, lineOf(error))
  }
}

function reset({ mock }: Asked): object {
  mock.reset()
  return {}
}
