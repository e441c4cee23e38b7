import { type ControlCall, ControlError, checked } from './call.ts'
import { type Controlled, OPERATIONS } from './operations.ts'

/*
 * The calls that suites in another process, or in a browser, can make to a mock server. Here it is plain data; HTTP is in
 * endpoint.ts.
 */

/**
 * Does what a call asks for.
 * @returns The reply, as JSON.
 * @throws ControlError if it cannot be done.
 */
export async function control(server: Controlled, call: ControlCall): Promise<object> {
  const { name, query } = call
  const operation = OPERATIONS.get(name)
  if (!operation)
    throw new ControlError(404, `there is no ${name} here; there are: ${[...OPERATIONS.keys()].slice(1).join(', ')}`)
  const { method, parameters } = operation
  if (call.method !== method) throw new ControlError(405, `${name || 'this'} expects ${method}, got ${call.method}`)
  const unknown = [...query.keys()].find((parameter) => !parameters.includes(parameter))
  if (unknown !== undefined)
    throw new ControlError(400, `there is no parameter ${unknown} here; there are: ${parameters.join(', ')}`)
  const path = query.get('route')
  const mock = path === null ? server.mock : checked(() => server.route(path), 404)
  return operation.run({ mock, server, call })
}

/** The method that a call wants; undefined if there is no such call. */
export const methodOf = (name: string): string | undefined => OPERATIONS.get(name)?.method
