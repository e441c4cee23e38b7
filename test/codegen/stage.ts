import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { formatPlace, formatProblem, GenerateError } from '../../codegen/base/problems.ts'
import { type GenerateOptions, generate } from '../../codegen/generate.ts'
import { folder as temporaryFolder } from '../support/folder.ts'

/** Files in a folder that goes with the test: texts and bytes as they are, anything else as JSON. */
export function folderWith(files: Readonly<Record<string, unknown>>): string {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(
      join(folder, name),
      typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content),
    )
  }
  return folder
}

/** What the command takes if its line says nothing. */
export const DEFAULTS: Omit<GenerateOptions, 'folder'> = {
  sources: ['.'],
  rust: { types: [], nameCase: 'keep', int64: 'number', map: new Map() },
  output: { publisher: false, extension: 'js' },
}

/** Generates from files: the event map, the generated files, and each problem as its line. */
export async function generateFrom(files: Readonly<Record<string, unknown>>, options: Partial<GenerateOptions> = {}) {
  const folder = folderWith(files)
  const generated = await generate({ ...DEFAULTS, folder, ...options })
  return { ...generated, lines: generated.problems.map((problem) => formatProblem(problem, folder)) }
}

/** The one line with which it stops. */
export async function refusalOf(
  files: Readonly<Record<string, unknown>>,
  options: Partial<GenerateOptions> = {},
): Promise<string> {
  const folder = folderWith(files)
  try {
    const { problems } = await generate({ ...DEFAULTS, folder, ...options })
    return problems.map((problem) => formatProblem(problem, folder)).join('\n')
  } catch (error) {
    if (!(error instanceof GenerateError)) throw error
    return `${error.place ? `${formatPlace(error.place, folder)}: ` : ''}${error.message.replaceAll(folder, '')}`
  }
}
