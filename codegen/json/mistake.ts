import { createLines, type Position } from '../base/lines.ts'
import { TOKEN } from './locate.ts'

/*
 * Where a text stops being JSON. JSON.parse does not say where in all of its messages.
 */

type Expected = 'a value' | 'a value or ]' | 'a name' | 'a name or }' | ':' | ', or }' | ', or ]' | 'the end'

/** The tokens that may come next: brackets and marks as they are, `text` and `word` for values without brackets. */
const NEXT: Readonly<Record<Expected, readonly string[]>> = {
  'a value': ['text', 'word', '{', '['],
  'a value or ]': ['text', 'word', '{', '[', ']'],
  'a name': ['text'],
  'a name or }': ['text', '}'],
  ':': [':'],
  ', or }': [',', '}'],
  ', or ]': [',', ']'],
  'the end': [],
}

/** The first place that is not as JSON wants it, and what is expected there. */
export function firstMistake(text: string): { readonly position: Position; readonly expected: Expected } {
  const open: string[] = []
  let expected: Expected = 'a value'
  let end = 0
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const kind = kindOf(token)
    end = index
    if (kind !== 'space' && !NEXT[expected].includes(kind)) break
    end = index + token.length
    if (kind === 'space') continue
    if (kind === '{' || kind === '[') open.push(kind)
    if (kind === '}' || kind === ']') open.pop()
    expected = following(kind, expected, open.at(-1))
  }
  return { position: createLines(text)(end), expected }
}

/** `space`, `text`, `word` for numbers, true, false and null, or the token itself. */
function kindOf(token: string): string {
  if (/^[ \t\r\n]+$/.test(token)) return 'space'
  try {
    JSON.parse(token)
    return token.startsWith('"') ? 'text' : 'word'
  } catch {
    return token
  }
}

/** The tokens that are expected after a token. `inside` is the bracket that is open then. */
function following(kind: string, before: Expected, inside: string | undefined): Expected {
  if (kind === '{') return 'a name or }'
  if (kind === '[') return 'a value or ]'
  if (kind === ':') return 'a value'
  if (kind === ',') return inside === '{' ? 'a name' : 'a value'
  if (before.startsWith('a name') && kind === 'text') return ':'
  return inside === undefined ? 'the end' : inside === '{' ? ', or }' : ', or ]'
}
