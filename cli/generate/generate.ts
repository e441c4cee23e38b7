import { resolve } from 'node:path'
import { shownPath } from '../../codegen/base/paths.ts'
import { formatPlace, formatProblem, GenerateError } from '../../codegen/base/problems.ts'
import { diff, formatChange } from '../../codegen/diff/diff.ts'
import { type Generated, generate } from '../../codegen/generate.ts'
import { RESERVED } from '../../src/hub/protocol.ts'
import type { Host } from '../host.ts'
import { createPaint } from '../terminal/palette.ts'
import { visible } from '../terminal/visible.ts'
import { type GenerateCommandOptions, readGenerateOptions } from './options.ts'
import { compareOutput, findLeftovers, type Leftover, writeOutput } from './output.ts'
import { watchSources } from './watch.ts'

/*
 * `headwater generate`: reads what a server declares, and writes TypeScript.
 */

/**
 * @returns The exit code.
 * @throws UsageError
 */
export async function generateCommand(argv: readonly string[], host: Host): Promise<number> {
  const options = readGenerateOptions(argv)
  return options.watch ? keepGenerating(options, host) : runOnce(options, host)
}

/** Generates once. @returns The exit code. */
async function runOnce(
  options: GenerateCommandOptions,
  host: Host,
  onRead: (file: string) => void = () => {},
): Promise<number> {
  const { folder, stderr } = host
  try {
    const generated = await generate({ ...options, folder, onRead })
    for (const problem of generated.problems) stderr.write(`${visible(formatProblem(problem, folder))}\n`)
    if (generated.problems.some(({ severity }) => severity === 'error')) return 1
    if (options.output.publisher) warnOfReserved(generated, host)
    if (options.diff !== undefined) return await sayChanges(options.diff, generated, options, host)
    return options.check ? check(generated, options, host) : write(generated, options, host)
  } catch (error) {
    sayError(refusalOf(error), host)
    return 1
  }
}

/** What a user can mend. @throws anything else. */
function refusalOf(error: unknown): GenerateError {
  if (error instanceof GenerateError) return error
  // What it is read with follows it from level to level.
  if (error instanceof RangeError && /call stack/.test(error.message))
    return new GenerateError('a source is nested too deeply: it has thousands of levels')
  throw error
}

function sayError({ message, place }: GenerateError, { stderr, folder }: Host): void {
  const where = place ? `${formatPlace(place, folder)}: ` : ''
  stderr.write(`${createPaint(stderr)('red', 'headwater:')} ${visible(where + message)}\n`)
}

/** The hub has events of its own. */
function warnOfReserved({ document }: Generated, { stderr }: Host): void {
  for (const name of RESERVED.filter((each) => Object.hasOwn(document.events, each)))
    stderr.write(`warning: a hub keeps the name ${name} for itself, and refuses to publish such an event\n`)
}

function write({ files }: Generated, { out, quiet }: GenerateCommandOptions, host: Host): number {
  const { folder, stdout } = host
  const target = resolve(folder, out ?? '.')
  const output = compareOutput(files, target)
  writeOutput(output, target)
  for (const { path, isCurrent } of quiet ? [] : output)
    stdout.write(`${isCurrent ? 'unchanged' : 'wrote'} ${visible(shownPath(path, folder))}\n`)
  sayLeftovers(findLeftovers(files, target), 'warning: ', host)
  return 0
}

/** Nothing deletes them: other code may still import them. */
function sayLeftovers(leftovers: readonly Leftover[], prefix: string, { folder, stderr }: Host): void {
  for (const { path, option } of leftovers)
    stderr.write(
      `${visible(shownPath(path, folder))}: ${prefix}is of an earlier run with --${option}: delete it, or give the option again\n`,
    )
}

/** Says which files are not as they should be. */
function check({ files }: Generated, { out }: GenerateCommandOptions, host: Host): number {
  const { folder, stderr } = host
  const target = resolve(folder, out ?? '.')
  const stale = compareOutput(files, target).filter(({ isCurrent }) => !isCurrent)
  for (const { path } of stale)
    stderr.write(`${visible(shownPath(path, folder))}: is not what the sources say: run headwater generate again\n`)
  const leftovers = findLeftovers(files, target)
  sayLeftovers(leftovers, '', host)
  return stale.length + leftovers.length ? 1 : 0
}

/** Says what has changed since an event map was written. */
async function sayChanges(
  old: string,
  { document }: Generated,
  options: GenerateCommandOptions,
  { folder, stdout, stderr }: Host,
): Promise<number> {
  const before = await generate({ ...options, sources: [old], folder })
  for (const problem of before.problems) stderr.write(`${visible(formatProblem(problem, folder))}\n`)
  if (before.problems.some(({ severity }) => severity === 'error')) return 1
  const changes = diff(before.document, document)
  for (const change of changes)
    if (change.isBreaking || !options.quiet) stdout.write(`${visible(formatChange(change))}\n`)
  return changes.some(({ isBreaking }) => isBreaking) ? 1 : 0
}

/** How long it waits for more changes: an editor writes a file in several steps. In milliseconds. */
const PAUSE = 50

/** Generates after each change, until a signal ends it. @returns The exit code. */
async function keepGenerating(options: GenerateCommandOptions, host: Host): Promise<number> {
  const { folder, clock } = host
  let timer: unknown
  const names = [...options.sources, ...options.rust.types]
  try {
    return await new Promise<number>((end, fail) => {
      // One run after the other, each with what is there then.
      let running = Promise.resolve(0)
      const run = (): void => {
        running = running.then(() => runOnce(options, host, (file) => watch.add(file)))
        running.catch(fail)
      }
      const onChange = (): void => {
        clock.clearTimeout(timer)
        timer = clock.setTimeout(run, PAUSE)
      }
      const watch = watchSources({ names, folder, out: resolve(folder, options.out ?? '.'), onChange, onError: fail })
      const off = host.onSignal(() => {
        watch.stop()
        off()
        end(0)
      })
      run()
    })
  } catch (error) {
    sayError(refusalOf(error), host)
    return 1
  } finally {
    clock.clearTimeout(timer)
  }
}
