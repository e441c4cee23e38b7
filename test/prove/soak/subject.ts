import { startWorker } from '../../../bench/server/processes.ts'
import type { ClientCommands } from './client.ts'
import type { PageLoad } from './page.ts'
import type { Sample } from './verdict.ts'

/** What has memory: a process of Node, or a page. */
export interface Subject {
  /** Does so many more operations. */
  run(operations: number): Promise<void>
  /** @param done - Operations until now. */
  sample(done: number): Promise<Sample>
  close(): Promise<void>
}

export function startInNode(load: PageLoad, origin: string): Subject {
  const worker = startWorker<ClientCommands>('../../test/prove/soak/client.ts', load, origin)
  return {
    run: (operations) => worker.call('run', operations),
    sample: (done) => worker.call('sample', done),
    close: worker.stop,
  }
}
