/*
 * The contestants, for those who must not load them: what one of them loads is not to be in the memory of another.
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
