import type { MockRequest } from 'headwater/testing'
import { createMock, type MockOptions } from '../../../testing/mock/mock.ts'
import { REQUEST, recordingWire } from '../../support/mock-wire.ts'

/** A client that resumes. */
export const from = (lastEventId: string): Partial<MockRequest> => ({ lastEventId })

/** A mock without a host, and clients that ask it. */
export function setup(options: MockOptions = {}) {
  const { mock, answer } = createMock(options)
  /** A client asks. */
  const ask = (request: Partial<MockRequest> = {}) => {
    const host = recordingWire()
    return { ...host, clientLeft: answer({ ...REQUEST, ...request }, host.wire) }
  }
  /** What a request is answered with, when all is on its way. */
  async function answered(request?: Partial<MockRequest>): Promise<unknown[]> {
    const { log, all } = ask(request)
    await all()
    return log
  }
  return { mock, ask, answered }
}

/** What is thrown and caught by nobody while `run` runs. */
export async function unhandled(run: () => Promise<void>): Promise<unknown[]> {
  const errors: unknown[] = []
  const listen = (error: unknown): void => void errors.push(error)
  const others = process.rawListeners('unhandledRejection') as NodeJS.UnhandledRejectionListener[]
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', listen)
  await run()
  process.off('unhandledRejection', listen)
  for (const other of others) process.on('unhandledRejection', other)
  return errors
}
