import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { $RefParser as RefParser } from '@apidevtools/json-schema-ref-parser'
import { readText } from '../base/files.ts'
import { loadPeer } from '../base/peers.ts'
import { GenerateError, type Place } from '../base/problems.ts'
import { type Index, indexJson, type Pointer, pointerKey } from './locate.ts'
import { firstMistake } from './mistake.ts'
import { outerRefs, targetOf } from './references.ts'
import { readYaml } from './yaml.ts'

/*
 * Files of JSON and YAML, and those that they refer to. json-schema-ref-parser reads the files that are referred to. Which value
 * stands where stays known, so that a mistake has a line.
 */

/** A value in a file. */
export interface Node {
  readonly file: string
  readonly pointer: Pointer
  readonly value: unknown
}

export interface Files {
  /** The root of a file. @throws GenerateError */
  load(file: string): Promise<Node>
  /** The target of a `$ref`. Undefined: there is no such value. */
  follow(ref: string, from: Node): Node | undefined
  /** Where a value stands. */
  place(node: Node, key?: string): Place
}

/** The content of a file. */
interface Loaded {
  readonly root: unknown
  /** Made when the first place is asked for. */
  index(): Index
}

/** @param onRead - Is called with each file that is read, or should be. */
export function createFiles(onRead: (file: string) => void): Files {
  const loaded = new Map<string, Loaded>()

  const parse = async (file: string): Promise<unknown> => {
    const known = loaded.get(file)
    if (known) return known.root
    onRead(file)
    const content = await readFile(file)
    loaded.set(file, content)
    return content.root
  }

  const place = ({ file, pointer }: Node, key?: string): Place => {
    const index = loaded.get(file)?.index()
    // A missing file has no place of its own.
    const way = key === undefined ? pointer : [...pointer, key]
    const known = way.map((_, n) => way.slice(0, way.length - n)).find((part) => index?.has(pointerKey(part))) ?? []
    return { file, ...index?.get(pointerKey(known)) }
  }

  /** Throws for the `$ref` that cannot be read, with its place. */
  const findUnreadable = async (file: string, seen: Set<string>): Promise<void> => {
    if (seen.has(file)) return
    seen.add(file)
    for (const { ref, pointer } of outerRefs(await parse(file))) {
      const target = targetOf(ref, file)
      const refuse = (why: string): GenerateError =>
        new GenerateError(`${JSON.stringify(ref)} ${why}`, place({ file, pointer, value: undefined }, '$ref'))
      if (!target) throw refuse('is no path of a file')
      if (target.file === undefined)
        throw refuse('is not fetched: save the file beside this one, and refer to it by its path')
      onRead(target.file)
      if (!existsSync(target.file)) throw refuse('leads nowhere: there is no such file')
      await findUnreadable(target.file, seen)
    }
  }

  return {
    async load(file) {
      const root = await parse(file)
      for (const other of outerRefs(root).length ? await referred(file, findUnreadable) : []) await parse(other)
      return { file, pointer: [], value: root }
    },
    follow(ref, from) {
      const target = targetOf(ref, from.file)
      const file = target?.file ?? ''
      const value = target?.pointer.reduce<unknown>(
        (at, key) =>
          typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined,
        loaded.get(file)?.root,
      )
      return target === undefined || value === undefined ? undefined : { file, pointer: target.pointer, value }
    },
    place,
  }
}

/** Reads and parses one file. @throws GenerateError */
async function readFile(file: string): Promise<Loaded> {
  const text = readText(file)
  if (/\.ya?ml$/i.test(file)) {
    const { value, index } = await readYaml(file, text)
    return { root: value, index: once(index) }
  }
  try {
    return { root: JSON.parse(text), index: once(() => indexJson(text)) }
  } catch {
    const { position, expected } = firstMistake(text)
    throw new GenerateError(`is not JSON: expected ${expected}`, { file, ...position })
  }
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** The files that a file refers to, and those that they refer to. Nothing is fetched over the network. */
async function referred(
  file: string,
  findUnreadable: (file: string, seen: Set<string>) => Promise<void>,
): Promise<string[]> {
  const { $RefParser } = await loadPeer<{ $RefParser: typeof RefParser }>(
    '@apidevtools/json-schema-ref-parser',
    'JSON Schema',
    '$RefParser',
  )
  try {
    const refs = await new $RefParser().resolve(file, { resolve: { http: false } })
    // The paths of other systems have other separators there.
    return refs.paths().map((path) => resolve(path))
  } catch (error) {
    await findUnreadable(file, new Set())
    throw new GenerateError(`a $ref leads nowhere: ${(error as Error).message.split('\n')[0]}`, { file })
  }
}
