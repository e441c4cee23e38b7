import * as fc from 'fast-check'
import type { Attack, Case } from './case.ts'
import { lateCases, type Site, sleep } from './site.ts'
import { partsOf, shown } from './smaller.ts'
import { survive } from './survive.ts'

/*
 * One attack: what must be tried, what chance adds, and what is held in memory afterwards.
 */

export interface Outcome {
  readonly name: string
  /** How many cases were tried. */
  readonly tried: number
  /** What was found, each with the smallest case that shows it. */
  readonly found: readonly string[]
  /** In MB: what a client holds after the heaviest case. */
  readonly held: number
  /** In ms; 0: none was long enough to be noticed. */
  readonly longest: number
}

/** How long a smaller case is looked for, in milliseconds. */
const SHRINKING = 10_000
/** So many faults are looked for. */
const ENOUGH = 3
/** So often a case is tried that the platform breaks. */
const TRIES = 10
/** A request may come so long after `close()`, in milliseconds. */
const LATE = 400

/** What an error says. */
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`)

type Played = Pick<Outcome, 'tried' | 'found'>

/** Does something, and does it again if the platform itself has failed meanwhile: that says nothing of the client. */
async function judged<T>(site: Site, act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const before = site.breaks()
    try {
      return await act()
    } catch (error) {
      if (site.breaks() === before || tries === TRIES) throw error
      // What follows from this failure is not the next one's.
      await sleep(LATE)
      site.errors()
    }
  }
}

/** @returns What does not hold; undefined: all does. */
async function faultOf(site: Site, attack: Case): Promise<string | undefined> {
  try {
    await judged(site, async () => (await survive(site, attack)).close())
    return undefined
  } catch (error) {
    // What follows from this fault is not the next one's.
    await sleep(LATE)
    site.errors()
    return messageOf(error)
  }
}

/** Looks for smaller cases that fail, for a while. @returns What does not hold, and the smallest case. */
async function shrink(site: Site, whole: Case, first: string): Promise<string> {
  const end = performance.now() + SHRINKING
  let [smallest, fault] = [whole, first]
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false
    for (const part of partsOf(smallest)) {
      const other = performance.now() < end ? await faultOf(site, part) : undefined
      if (!other) continue
      smallest = part
      fault = other
      isSmaller = true
      break
    }
  }
  return `${fault}\n  ${shown(smallest)}`
}

/** The cases that are tried each time. */
async function playMusts(site: Site, musts: readonly Case[]): Promise<Played> {
  const found: string[] = []
  let tried = 0
  for (const must of musts) {
    tried++
    const fault = await faultOf(site, must)
    if (fault) found.push(await shrink(site, must, fault))
    if (found.length >= ENOUGH) break
  }
  return { tried, found }
}

/** Cases of chance, until one breaks something; then smaller ones. */
async function playChance(site: Site, { cases }: Attack, seed: number, rounds: number): Promise<Played> {
  let failedAt: number | undefined
  let tried = 0
  const property = fc.asyncProperty(cases, async (one: Case) => {
    // Of smaller ones, no more are tried.
    if (failedAt && performance.now() - failedAt > SHRINKING) return
    tried++
    const fault = await faultOf(site, one)
    if (!fault) return
    failedAt ??= performance.now()
    throw Error(fault)
  })
  const { failed, counterexample, errorInstance } = await fc.check(property, { seed, numRuns: rounds })
  return { tried, found: failed ? [`${messageOf(errorInstance)}\n  ${shown(counterexample?.[0])}`] : [] }
}

/** What a client holds that has gone through the heaviest case, in MB. */
async function weigh(
  site: Site,
  { heaviest, megabytes }: Attack,
  before: number,
): Promise<{ held: number; found: string[] }> {
  try {
    const held = await judged(site, async () => {
      const survivor = await survive(site, heaviest)
      // What is behind the last event is on its way.
      await sleep(LATE)
      const held = (await site.measure()) - before
      await survivor.close()
      return held
    })
    return { held, found: held > megabytes ? [`${held.toFixed(1)} MB are held, of ${megabytes} at most`] : [] }
  } catch (error) {
    return { held: NaN, found: [`${messageOf(error)}\n  ${shown(heaviest)}`] }
  }
}

/** How much of an attack is played. */
export interface Measure {
  readonly seed: number
  /** How many cases of chance. @defaultValue as many as the attack says */
  readonly rounds?: number | undefined
  /** How many of those that must be tried, evenly spread. @defaultValue all */
  readonly musts?: number | undefined
}

export async function play(attack: Attack, site: Site, measure: Measure): Promise<Outcome> {
  const { seed, rounds = attack.rounds, musts: most = Infinity } = measure
  // For what is loaded at the first use.
  await faultOf(site, { answers: [] })
  const before = await site.measure()
  site.longest()
  // Only a page has an EventSource of its own; anywhere else the case would be tried twice.
  const musts = attack.musts.filter(({ kind }) => kind !== 'native' || 'document' in globalThis)
  const every = Math.max(Math.ceil(musts.length / most), 1)
  const must = await playMusts(
    site,
    musts.filter((_, n) => n % every === 0),
  )
  const chance = await playChance(site, attack, seed, rounds)
  const longest = site.longest()
  const { held, found } = Number.isNaN(before) ? { held: before, found: [] } : await weigh(site, attack, before)
  await sleep(LATE)
  const late = await lateCases(site)
  return {
    name: attack.name,
    tried: must.tried + chance.tried,
    found: [
      ...must.found,
      ...chance.found,
      ...found,
      ...(late.length ? [`requests after close(), in ${late.length} cases`] : []),
    ],
    held,
    longest,
  }
}
