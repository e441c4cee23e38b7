import type { HubOptions } from 'headwater/server'
import type { Stage } from './stage.ts'

/** What is asked of each engine. It says what was seen, and throws if that is not what the documents promise. */
export interface Check {
  /** The first cell of its row. */
  readonly name: string
  /** Of the server. */
  readonly options?: HubOptions
  run(stage: Stage): Promise<string>
}
