/*
 * The names of the contestants, for modules that must not load them: the modules of one may not be in the memory of another.
 */

/** By name: what it is. */
export const CONTESTANTS = {
  floor: 'a loop of response.write',
  headwater: 'headwater: hub.publish',
  'better-sse': 'better-sse: channel.broadcast',
} as const

export type Name = keyof typeof CONTESTANTS

// `Object.keys` forgets what the keys are.
export const NAMES = Object.keys(CONTESTANTS) as readonly Name[]
