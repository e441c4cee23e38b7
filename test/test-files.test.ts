import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { parseAst } from 'rolldown/parseAst'
import { describe, expect, it } from 'vitest'
import { type Node, nodesOf } from './support/syntax.ts'

/*
 * The rules of test files.
 */

const root = join(import.meta.dirname, '..')

const files = ['test', 'examples', 'demo'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.test\.tsx?$/.test(name) && !name.includes('node_modules'))
    .map((name) => `${folder}/${name.split(sep).join('/')}`),
)

/** The name that a chain of properties and calls begins with: `it` of `it.skip.each([])`. */
const rootOf = ({ name, object, callee }: Node): string | undefined =>
  name ?? (object || callee ? rootOf((object ?? callee) as Node) : undefined)

/** A text that stands in the source, with `…` for what is put into it. */
const textOf = ({ type, value, quasis }: Node): string | undefined =>
  type === 'Literal' && typeof value === 'string' ? value : quasis?.map(({ value }) => value.cooked).join('…')

/** The titles in a source. Where a title begins with a value, one for each row that the source lists. */
function titlesOf(source: string, lang: 'ts' | 'tsx' = 'ts'): string[] {
  const nodes = nodesOf(parseAst(source, { lang }))
  const constants = new Map(nodes.flatMap(({ id, init }) => (id?.name && init ? [[id.name, init] as const] : [])))
  /** What stands behind a name and `as const`. */
  const behind = (node: Node | null | undefined): Node | undefined =>
    node?.type === 'Identifier'
      ? behind(constants.get(node.name ?? ''))
      : node?.type === 'TSAsExpression'
        ? behind(node.expression)
        : (node ?? undefined)
  return nodes.flatMap(({ type, callee, arguments: [first] = [] }) => {
    if (type !== 'CallExpression' || !callee || !/^(it|test)$/.test(rootOf(callee) ?? '')) return []
    const title = first && textOf(first)
    if (title === undefined || !/^%[sj]/.test(title)) return title ?? []
    const cells = behind(callee.arguments?.[0])?.elements?.map((row) => behind(behind(row)?.elements?.[0] ?? row)) ?? []
    return cells.map((cell) => `${(cell && textOf(cell)) ?? '…'}${title.slice(2)}`)
  })
}

describe('the titles in a source', () => {
  it.each([
    [
      'it and test, whatever is behind them',
      "it('a', () => {}); test.skip('b', () => {}); it.runIf(x)('c')",
      ['a', 'b', 'c'],
    ],
    ['it.each', "it.each([1, 2])('has %i', () => {})", ['has %i']],
    ['it.each with as const, and a type', "it.each<[string]>([['x']] as const)(\n'a %s',\n() => {})", ['a %s']],
    ['a title of several rows', "it.each([['one', 1], ['two', 2]])('%s is %i')", ['one is %i', 'two is %i']],
    ['a title of rows with a name', "const ROWS = [['begins', 1]] as const; it.each(ROWS)('%s')", ['begins']],
    ['a title of texts', "it.each(['a', 'b'])('%s ends')", ['a ends', 'b ends']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source of one.
    ['a template', 'it(`sends ${1} of them`, () => {})', ['sends … of them']],
    ['none, in any other call', "describe('a'); exit('b'); /x/.test('c'); this.it('d')", []],
  ])('titles are found in a source: %s', (_, source, titles) => {
    expect(titlesOf(source)).toEqual(titles)
  })
})

it('there are test files in every folder that has some', () => {
  expect(files.length).toBeGreaterThan(200)
  expect(new Set(files.map((file) => file.split('/')[0]))).toEqual(new Set(['test', 'examples']))
})

it('every test file belongs to a project of vitest, or is one of Jest', () => {
  const configs = ['vitest.unit.config.ts', 'vitest.config.ts'].map((file) => readFileSync(join(root, file), 'utf8'))
  const patterns = [...configs.join('\n').matchAll(/\binclude: \[(.*?)\]/gs)].flatMap(([, list = '']) =>
    [...list.matchAll(/'([^']+)'/g)].map(([, pattern = '']) => pattern),
  )
  expect(patterns.length).toBeGreaterThan(10)
  const found = new Set(globSync(patterns, { cwd: root }).map((file) => file.split(sep).join('/')))
  const left = files.filter((file) => !found.has(file) && !/\/jest\//.test(file))
  expect(left).toEqual([])
})

it('a title of a test stands alone: it does not go on from the title around it', () => {
  const WORDS = '(that|which|what|and|with|from|in|of)\\b'
  const begins = new RegExp(`^${WORDS}`, 'i')
  // Only where some text begins so, it is worth to parse the file.
  const mayBegin = new RegExp(`['"\`]${WORDS}`, 'i')
  const parts = files.flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8')
    const titles = mayBegin.test(source) ? titlesOf(source, file.endsWith('x') ? 'tsx' : 'ts') : []
    return titles.filter((title) => begins.test(title)).map((title) => `${file}: ${title}`)
  })
  expect(parts).toEqual([])
})

it('no test has a time limit of its own: a busy machine would meet it', () => {
  const limited = files.flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8')
    // Only where some call ends with a number it is worth to parse the file.
    if (!/,\s*[\d_]{3,},?\s*\)/.test(source)) return []
    return nodesOf(parseAst(source, { lang: file.endsWith('x') ? 'tsx' : 'ts' })).flatMap(
      ({ callee, arguments: given = [], start }) => {
        const isTest =
          callee && /^(it|test|describe|beforeAll|beforeEach|afterAll|afterEach)$/.test(rootOf(callee) ?? '')
        const limit = given.slice(1).find(({ type, value }) => type === 'Literal' && typeof value === 'number')
        return isTest && limit ? [`${file}:${source.slice(0, start).split('\n').length}`] : []
      },
    )
  })
  expect(limited).toEqual([])
})

it('no file of a test has more than 600 lines: it is split by subject', () => {
  const own = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('node_modules'))
    .map((name) => `test/${name.split(sep).join('/')}`)
  const linesOf = (file: string): number => readFileSync(join(root, file), 'utf8').split('\n').length - 1
  expect([...new Set([...files, ...own])].filter((file) => linesOf(file) > 600)).toEqual([])
})

/** What the first line of a file asks for. */
const environmentOf = (source: string): string | undefined => /^\/\/ @vitest-environment (\S+)\n/.exec(source)?.[1]

describe('the environment of a test file', () => {
  const sources = files.map((file) => [file, readFileSync(join(root, file), 'utf8')] as const)

  it('is Node where the file asks for nothing else', () => {
    expect(typeof document).toBe('undefined')
  })

  it('is asked for in the first line, by a name that there is', () => {
    const asking = sources.filter(([, source]) => /^\W*@vitest-environment/m.test(source))
    expect(asking.length).toBeGreaterThan(20)
    const known = /^(page|node|jsdom|happy-dom)$/
    const wrong = asking.filter(([, source]) => !known.test(environmentOf(source) ?? ''))
    expect(wrong.map(([file]) => file)).toEqual([])
  })

  it('is a page only for what has to do with one: a page costs a second of each worker', () => {
    const inPages = sources.filter(([, source]) => environmentOf(source) === 'page')
    // Adapters render into it, and connections listen to it.
    const isAboutPages = /^test\/(adapters|connection)\//
    const needsOne = /\b(document|sessionStorage|addEventListener|stagePage)\b/
    const without = inPages.filter(([file, source]) => !isAboutPages.test(file) && !needsOne.test(source))
    expect(without.map(([file]) => file)).toEqual([])
  })
})
