import { relative, resolve } from 'node:path'
import { formatPlace, formatProblem, GenerateError } from '../../codegen/base/problems.ts'
import { generate } from '../../codegen/generate.ts'
import type { Host } from '../host.ts'
import { createPaint } from '../terminal/palette.ts'
import { visible } from '../terminal/visible.ts'
import { type GenerateCommandOptions, readGenerateOptions } from './options.ts'
import { compareOutput, writeOutput } from './output.ts'

/*
 * `headwater generate`: reads what a server declares, and writes TypeScript.
 */

/**
 * @returns The exit code.
 * @throws UsageError
 */
export async function generateCommand(argv: readonly string[], host: Host): Promise<number> {
  return runOnce(readGenerateOptions(argv), host)
}

/** Generates once. @returns The exit code. */
async function runOnce(options: GenerateCommandOptions, host: Host): Promise<number> {
  const { folder, stdout, stderr } = host
  const paint = createPaint(stderr)
  try {
    const { problems, files } = await generate({ ...options, folder })
    for (const problem of problems) stderr.write(`${visible(formatProblem(problem, folder))}\n`)
    if (problems.some(({ severity }) => severity === 'error')) return 1
    const out = resolve(folder, options.out)
    const output = compareOutput(files, out)
    writeOutput(output, out)
    for (const { path, isCurrent } of options.quiet ? [] : output)
      stdout.write(`${isCurrent ? 'unchanged' : 'wrote'} ${visible(relative(folder, path))}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof GenerateError)) throw error
    const place = error.place ? `${formatPlace(error.place, folder)}: ` : ''
    stderr.write(`${paint('red', 'headwater:')} ${visible(place + error.message)}\n`)
    return 1
  }
}
