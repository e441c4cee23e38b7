import { guardSink, type TransportLink } from '../transports/transport.ts'
import { holdLock } from './locks.ts'
import { type Attempt, NOWHERE, type Tab } from './tab.ts'

/**
 * Gets from the server what the leader does not have any more, over a connection of its own: the link of the attempt. One tab at a
 * time does.
 * @param done - Everything that was missed is here.
 */
export function catchUp(tab: Tab, attempt: Attempt, done: () => void): void {
  const { _sink, _request } = attempt
  let inner: TransportLink | undefined
  const link: TransportLink = {
    close() {
      attempt._link = undefined
      inner?.close()
      release()
    },
  }
  const isOpen = (): boolean => attempt._link === link
  const sink: typeof _sink = {
    ..._sink,
    open(info) {
      if (!attempt._isOpen) _sink.open(info)
      attempt._isOpen = true
    },
    block(block) {
      const { type, id } = block
      if (id !== undefined) tab._at = { ...NOWHERE, cursor: id }
      const work = _sink.block(block)
      if (type === 'live') {
        link.close()
        done()
      }
      return work
    },
  }
  attempt._link = link
  const release = holdLock(tab, '|late', () => {
    try {
      inner = tab._inner.connect(_request, guardSink(sink, isOpen))
      // It may have been left before it returned.
      if (!isOpen()) inner.close()
    } catch (error) {
      _sink.end(error)
    }
  })
}
