import { shown } from '../../server/wire/shown.ts'
import { type Check, isFlag, isObject, isText } from '../script/fields.ts'
import { checkOrder } from '../script/order.ts'
import { checkScript } from '../script/script.ts'
import type { Script, Step } from '../script/step.ts'
import { checkSteps } from '../script/steps.ts'
import type { MockServerOptions } from './options.ts'

/** The options with their defaults filled in. */
export type Settings = { readonly [N in keyof MockServerOptions]-?: Exclude<MockServerOptions[N], undefined> }

const isPort: Check = (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65535
const isPath: Check = (value) => typeof value === 'string' && /^\/[^?#\s]*$/.test(value)
/** Not `/` and no slash at its end: what lies under it is for the control endpoint, and the rest is for streams. */
const isFolder: Check = (value) => isPath(value) && !String(value).endsWith('/')

/** The rule of each option, in words and as a check, and its default. Scripts are looked at step by step, further down. */
const OPTIONS: {
  readonly [N in keyof Settings]: readonly [wants: string, fits: Check, initial: Settings[N]]
} = {
  script: ['a list of steps, or of such lists', Array.isArray, []],
  replay: ['true or false', isFlag, false],
  introduce: ['true or false', isFlag, false],
  routes: ['{ path: script }', isObject, {}],
  port: ['a whole number from 0 to 65535', isPort, 0],
  host: ['a name or an address to listen on', (value) => isText(value) && value !== '', '127.0.0.1'],
  cors: ['true or false', isFlag, true],
  preamble: ['a string', isText, '\n'],
  control: ["a path like '/__mock', or false", (value) => value === false || isFolder(value), '/__mock'],
  onActivity: ['a function', (value) => typeof value === 'function', () => {}],
}

/**
 * The options with their defaults filled in.
 * @throws TypeError that names the option and what it wants; for a script also the list and the step.
 */
export function resolveServerOptions(options: MockServerOptions): Settings {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`options expects an object, got ${shown(options)}`)
  for (const name of Object.keys(options))
    if (!Object.hasOwn(OPTIONS, name))
      throw new TypeError(`there is no option ${name}; there are: ${Object.keys(OPTIONS).join(', ')}`)
  const settings = Object.fromEntries(
    Object.entries(OPTIONS).map(([name, [wants, fits, initial]]) => {
      const value = options[name as keyof Settings] ?? initial
      if (!fits(value)) throw new TypeError(`${name} expects ${wants}, got ${shown(value)}`)
      return [name, value]
    }),
    // Each value has passed the check that stands under its name.
  ) as Settings
  locate('script', settings.script)
  for (const [path, script] of Object.entries(settings.routes)) {
    if (!isPath(path))
      throw new TypeError(`routes expects paths that begin with a slash and have no query, got ${shown(path)}`)
    if (isUnder(path, settings.control))
      throw new TypeError(`routes: ${path} is the control endpoint's; the option control takes another path`)
    locate(`routes["${path}"]`, script)
  }
  return settings
}

/** Whether a path is the control endpoint's. */
export const isUnder = (path: string, control: string | false): control is string =>
  control !== false && (path === control || path.startsWith(`${control}/`))

/** Checks a script, and says where in it a wrong step stands. */
function locate(name: string, script: Script): void {
  try {
    checkScript(script)
  } catch (error) {
    throw new TypeError(`${name}${positionOf(script)}: ${(error as Error).message}`, { cause: error })
  }
}

/** `, list 2, step 3`: the first place where something is wrong. */
function positionOf(script: Script): string {
  const parts: readonly unknown[] = Array.isArray(script) ? script : []
  const inList = (steps: readonly unknown[]): string => {
    if (passes(steps)) return ''
    // A list passes up to the step that is wrong, and no further. Half of those that are left is looked at each time.
    let [from, to] = [0, steps.length - 1]
    while (from < to) {
      const middle = (from + to) >> 1
      if (passes(steps.slice(0, middle + 1))) from = middle + 1
      else to = middle
    }
    return `, step ${from + 1}`
  }
  if (!parts.some(Array.isArray)) return inList(parts)
  const place = parts.findIndex((steps) => !passes(steps))
  const steps = parts[place]
  return `, list ${place + 1}${Array.isArray(steps) ? inList(steps) : ''}`
}

function passes(steps: unknown): boolean {
  try {
    checkOrder(checkSteps(steps as readonly Step[]))
    return true
  } catch {
    return false
  }
}
