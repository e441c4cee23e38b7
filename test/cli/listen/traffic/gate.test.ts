import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { createGate } from '../../../../cli/listen/traffic/gate.ts'
import { Screen } from '../../terminal.ts'

function held() {
  const screen = new Screen()
  screen.holds = true
  screen.write('x'.repeat(200))
  return screen
}

function waits(passing: Promise<void>) {
  const passed = vi.fn()
  passing.then(passed)
  return passed
}

describe('the gate', () => {
  it('is open while there is room', async () => {
    const clock = createClock()
    const alive = vi.fn()
    await createGate([new Screen()], clock).pass(undefined, alive)
    expect(alive).not.toHaveBeenCalled()
    expect(clock.timers).toBe(0)
  })

  it('is closed until what was written has been taken, and says meanwhile that the line is alive', async () => {
    const clock = createClock()
    const [one, two] = [held(), held()]
    const alive = vi.fn()
    const passed = waits(createGate([new Screen(), one, two], clock).pass(undefined, alive))
    await clock.advance(1000)
    expect(alive).toHaveBeenCalledTimes(6)
    one.held?.()
    await clock.settle()
    expect(passed).not.toHaveBeenCalled()
    two.held?.()
    await clock.settle()
    expect(passed).toHaveBeenCalledOnce()
    expect(clock.timers).toBe(0)
    expect(one.listenerCount('drain') + one.listenerCount('close')).toBe(0)
  })

  it.each<[what: string, act: (screen: Screen, controller: AbortController) => void]>([
    ['the line is left', (_, controller) => controller.abort()],
    ['the stream is closed', (screen) => screen.destroy()],
  ])('opens when %s', async (_, act) => {
    const clock = createClock()
    const screen = held()
    const controller = new AbortController()
    const passed = waits(createGate([screen], clock).pass(controller.signal, () => {}))
    act(screen, controller)
    await clock.settle()
    expect(passed).toHaveBeenCalledOnce()
    expect(clock.timers).toBe(0)
  })

  it('does not close for a line that has been left', async () => {
    const clock = createClock()
    await createGate([held()], clock).pass(AbortSignal.abort(), () => {})
    expect(clock.timers).toBe(0)
  })
})
