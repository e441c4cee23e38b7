export { handled } from './handled.ts'
export { type KeepCursorOptions, keepCursor } from './keep-cursor.ts'
export type { CursorStorage } from './storage.ts'
