import { styleText } from 'node:util'

export type Style = 'dim' | 'bold' | 'red' | 'green' | 'yellow' | 'magenta' | 'cyan' | 'blueBright' | 'magentaBright'

/** Text in a style, or as it is where there are no colours. */
export type Paint = (style: Style, text: string) => string

/** For what is not to be coloured at all. */
export const plain: Paint = (_, text) => text

/**
 * Colours for one stream, if it has any: `styleText` looks at the stream, NO_COLOR, NODE_DISABLE_COLORS and FORCE_COLOR. It is
 * asked once, as it looks at the environment each time and a line has a dozen pieces.
 */
export function createPaint(stream: NodeJS.WritableStream): Paint {
  if (styleText('red', '.', { stream }) === '.') return plain
  const marks = new Map<Style, readonly string[]>()
  return (style, text) => {
    let pair = marks.get(style)
    if (!pair) {
      pair = styleText(style, '.', { validateStream: false }).split('.')
      marks.set(style, pair)
    }
    return `${pair[0]}${text}${pair[1]}`
  }
}

/**
 * Red is for what went wrong. Blue on black, and bright cyan, green and yellow on white, have contrasts below 2:1 in the palettes that
 * terminals come with, and the background is not known.
 */
const NAMES: readonly Style[] = ['cyan', 'green', 'yellow', 'magenta', 'blueBright', 'magentaBright']

/** The colour of an event's name: the same at each event and on each day (FNV-1a). */
export function styleOf(name: string): Style {
  let hash = 0x811c9dc5
  for (let n = 0; n < name.length; n++) hash = Math.imul(hash ^ name.charCodeAt(n), 0x01000193)
  return NAMES[(hash >>> 0) % NAMES.length] ?? 'cyan'
}
