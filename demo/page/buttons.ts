import { FAULTS, type Fault } from '../shared/events.ts'
import { causeFault, type Stream } from './client.ts'
import { byId } from './dom.ts'
import type { Log } from './log.ts'
import type { Verdict } from './verdict.ts'

/** Whoever breaks the connection tells the verdict first, so that it knows what to call it. */
export function wireButtons(sse: Stream, verdict: Verdict, log: Log): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-fault]')) {
    const fault = FAULTS.find((name) => name === button.dataset.fault)
    if (fault) button.addEventListener('click', () => press(fault))
  }

  function press(fault: Fault): void {
    const withdraw = verdict.announce(fault)
    log.note(`fault: ${fault}`)
    causeFault(fault).catch((error: Error) => {
      withdraw()
      log.note(`The fault could not be caused: ${error.message}`)
    })
  }

  byId('connect', HTMLButtonElement).addEventListener('click', () => sse.connect())
  byId('disconnect', HTMLButtonElement).addEventListener('click', () => {
    if (sse.state.get().status === 'open') verdict.announce('disconnect')
    sse.disconnect()
  })
  byId('reconnect', HTMLButtonElement).addEventListener('click', () => {
    if (sse.state.get().status === 'open') verdict.announce('reconnect')
    sse.reconnect()
  })
}
