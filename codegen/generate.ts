import { resolve } from 'node:path'
import { readText } from './base/files.ts'
import { GenerateError, type Problem, Problems } from './base/problems.ts'
import { EVENT_MAP, emitFiles, type OutputOptions } from './emit/files.ts'
import { importDocuments } from './importers/documents.ts'
import { circlesIn } from './pivot/circles.ts'
import { createCollector } from './pivot/collect.ts'
import type { EventDocument } from './pivot/document.ts'
import type { RustOptions } from './rust/context.ts'
import { importRust, type RustSource } from './rust/import.ts'
import { findSources, findTypes, type Sources } from './sources.ts'

/** The sources, and the files to generate from them. */
export interface GenerateOptions {
  /** Files, folders and globs. */
  readonly sources: readonly string[]
  /** The folder that they are relative to, and from which places are shown. */
  readonly folder: string
  /** The folder that the generated files go to. The event map in it is no source, unless it is named. */
  readonly out?: string | undefined
  readonly rust: RustOptions
  readonly output: OutputOptions
  /** Is called with each file of JSON and YAML that is read, or should be: those that a `$ref` leads to as well. */
  readonly onRead?: (file: string) => void
}

export interface Generated {
  readonly problems: readonly Problem[]
  readonly document: EventDocument
  /** The generated files by their names. Empty if there is an error among the problems. */
  readonly files: ReadonlyMap<string, string>
}

/**
 * Reads the sources and generates. Writes nothing.
 * @throws GenerateError where it cannot go on: a path that cannot be read, a file that does not parse, a package that is missing.
 */
export async function generate({
  sources,
  folder,
  out,
  rust,
  output,
  onRead = () => {},
}: GenerateOptions): Promise<Generated> {
  const problems = new Problems()
  const collector = createCollector(problems, folder)
  const found = findSources(sources, folder, out === undefined ? undefined : resolve(folder, out, EVENT_MAP))
  await importDocuments(found.documents, { collector, problems, folder, onRead })
  if (found.rust.length)
    await importRust(rustSources(found.rust, rust, folder), { collector, problems, options: rust, folder })
  const document = collector.document()
  for (const name of circlesIn(document))
    problems.error(
      collector.placeOf(name) ?? { file: folder },
      `${name} is a form of itself: put it into a field or a list`,
    )
  if (!problems.hasErrors && !Object.keys(document.events).length) throw new GenerateError(sayNoEvents(found))
  return { problems: problems.list, document, files: problems.hasErrors ? new Map() : emitFiles(document, output) }
}

const sayNoEvents = ({ documents }: Sources): string =>
  documents.length
    ? 'the sources have no events'
    : 'the sources have no events: in Rust, an event is a pub struct or enum that derives Serialize, or one with a mark (@sse)'

/** Files with events, and files with types alone. */
function rustSources(files: readonly string[], { types }: RustOptions, folder: string): RustSource[] {
  const others = findTypes(types, folder).filter((file) => !files.includes(file))
  const source = (file: string, hasEvents: boolean): RustSource => ({ file, text: readText(file), hasEvents })
  return [...files.map((file) => source(file, true)), ...others.map((file) => source(file, false))]
}
