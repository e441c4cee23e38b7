import { fileURLToPath, pathToFileURL } from 'node:url'
import type { $RefParser as RefParser } from '@apidevtools/json-schema-ref-parser'
import { readText } from '../base/files.ts'
import { loadPeer } from '../base/peers.ts'
import { GenerateError, type Place } from '../base/problems.ts'
import { locateInJson, type Pointer, syntaxErrorPlace } from './locate.ts'

/*
 * Files of JSON and YAML, and those that they refer to. json-schema-ref-parser reads the files that are referred to. Which value
 * stands where stays known, so that a mistake has a line.
 */

type Yaml = typeof import('yaml')

/** A value in a file. */
export interface Node {
  readonly file: string
  readonly pointer: Pointer
  readonly value: unknown
}

export interface Files {
  /** The root of a file. @throws GenerateError */
  load(file: string): Promise<Node>
  /** What a `$ref` leads to. Undefined: there is no such value. */
  follow(ref: string, from: Node): Node | undefined
  /** Where a value stands. */
  place(node: Node, key?: string): Place
}

const isYaml = (file: string): boolean => /\.ya?ml$/i.test(file)

export function createFiles(): Files {
  const texts = new Map<string, string>()
  const roots = new Map<string, unknown>()
  let yaml: Yaml | undefined

  const parse = async (file: string): Promise<unknown> => {
    const text = readText(file)
    texts.set(file, text)
    if (isYaml(file)) {
      yaml ??= await loadPeer<Yaml>('yaml', 'YAML')
      return parseYaml(yaml, file, text)
    }
    try {
      return JSON.parse(text)
    } catch (error) {
      throw new GenerateError(`is not JSON: ${(error as Error).message}`, syntaxErrorPlace(file, text, error as Error))
    }
  }

  return {
    async load(file) {
      if (!roots.has(file)) {
        const value = await parse(file)
        roots.set(file, value)
        for (const other of refersOutside(value) ? await referred(file) : []) {
          if (!roots.has(other)) roots.set(other, await parse(other))
        }
      }
      return { file, pointer: [], value: roots.get(file) }
    },
    follow(ref, from) {
      const [path = '', fragment = ''] = ref.split('#', 2)
      const file = path === '' ? from.file : fileURLToPath(new URL(path, pathToFileURL(from.file)))
      const pointer = decodeURIComponent(fragment).split('/').slice(1).map(unescapePointer)
      if (!roots.has(file) || (fragment !== '' && !fragment.startsWith('/'))) return undefined
      const value = pointer.reduce<unknown>(
        (at, key) =>
          typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined,
        roots.get(file),
      )
      return value === undefined ? undefined : { file, pointer, value }
    },
    place({ file, pointer }, key) {
      const text = texts.get(file) ?? ''
      const locate = (path: Pointer): Place | undefined => {
        const at = isYaml(file) ? yaml && locateInYaml(yaml, text, path) : locateInJson(text, path)
        // What is missing has no place of its own.
        return at ? { file, ...at } : path.length ? locate(path.slice(0, -1)) : undefined
      }
      return locate(key === undefined ? pointer : [...pointer, key]) ?? { file }
    },
  }
}

const unescapePointer = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~')

/** Whether a value has a `$ref` to another file. */
const refersOutside = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).some(([key, child]) =>
    key === '$ref' && typeof child === 'string' ? !child.startsWith('#') : refersOutside(child),
  )

/** The files that a file refers to, and those that they refer to. Nothing is fetched over the network. */
async function referred(file: string): Promise<string[]> {
  const { $RefParser } = await loadPeer<{ $RefParser: typeof RefParser }>(
    '@apidevtools/json-schema-ref-parser',
    'JSON Schema',
  )
  try {
    const refs = await new $RefParser().resolve(file, { resolve: { http: false } })
    return refs.paths().filter((path) => path !== file)
  } catch (error) {
    throw new GenerateError(`a $ref leads nowhere: ${(error as Error).message.split('\n')[0]}`, { file })
  }
}

function parseYaml(yaml: Yaml, file: string, text: string): unknown {
  const lines = new yaml.LineCounter()
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [error] = document.errors
  if (!error) return document.toJS()
  const { line, col } = lines.linePos(error.pos[0])
  throw new GenerateError(`is not YAML: ${error.message}`, { file, line, column: col })
}

function locateInYaml(yaml: Yaml, text: string, path: Pointer): { line: number; column: number } | undefined {
  const lines = new yaml.LineCounter()
  const document = yaml.parseDocument(text, { lineCounter: lines })
  const parent = path.length ? document.getIn(path.slice(0, -1), true) : document.contents
  const last = path.at(-1)
  const pair = yaml.isMap(parent)
    ? parent.items.find(({ key }) => yaml.isScalar(key) && String(key.value) === last)
    : undefined
  const node = pair ? pair.key : path.length ? document.getIn(path, true) : parent
  const range = yaml.isNode(node) ? node.range : undefined
  if (!range) return undefined
  const { line, col } = lines.linePos(range[0])
  return { line, column: col }
}
