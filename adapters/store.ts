export type { Batch } from './batch.ts'
export { createStatusStore, createValueStore, type Status, type ValueStoreOptions } from './stores.ts'
