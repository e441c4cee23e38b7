import type { HeldLock } from './platform.ts'
import type { Tab } from './tab.ts'

/*
 * The locks of a stream (Web Locks): the lead, one for each tab, which shows that it lives, and one to catch up.
 */

/**
 * Holds a lock, once it is granted, until it is released.
 * @param suffix - A suffix that distinguishes it from the lead, whose lock has the stream's own name.
 * @param lost - It was stolen (`true`), or cannot be had at all.
 * @returns Releases it, or leaves the queue for it.
 */
export function holdLock(
  { _locks, _name }: Pick<Tab, '_locks' | '_name'>,
  suffix: string,
  granted: () => void,
  lost?: (isStolen: boolean) => void,
  steal?: boolean,
): () => void {
  const controller = new AbortController()
  const { signal } = controller
  const released = new Promise((resolve) => signal.addEventListener('abort', resolve))
  const hold = (): Promise<unknown> => {
    // It may be released at the very moment when it is granted.
    if (!signal.aborted) granted()
    return released
  }
  // The two options exclude each other (Web Locks 3.3.1).
  const request = async (): Promise<unknown> => _locks.request(_name + suffix, steal ? { steal } : { signal }, hold)
  request().catch(({ name }) => signal.aborted || lost?.(name === 'AbortError'))
  return () => controller.abort()
}

/** All locks that are held; undefined if the browser does not say. */
export async function heldLocks({ _locks }: Pick<Tab, '_locks'>): Promise<HeldLock[] | undefined> {
  try {
    return (await _locks.query()).held
  } catch {
    return undefined
  }
}
