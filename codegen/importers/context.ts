import type { Problems } from '../base/problems.ts'
import { createDefinitions } from '../json/definitions.ts'
import { createFiles, type Node } from '../json/files.ts'
import type { SchemaContext } from '../json/schemas.ts'
import type { Collector } from '../pivot/collect.ts'

/** The shared part of the importers of JSON and YAML. */
export interface ImportContext extends SchemaContext {
  readonly collector: Collector
}

/** The shared state of all importers of a run. */
export interface DocumentParts {
  readonly collector: Collector
  readonly problems: Problems
  /** The folder that places are shown from. */
  readonly folder: string
  /** Is called with each file that is read, or should be. */
  readonly onRead: (file: string) => void
}

export function createImportContext({ collector, problems, folder, onRead }: DocumentParts): ImportContext {
  const files = createFiles(onRead)
  return { files, problems, collector, definitions: createDefinitions(files, problems, folder) }
}

/** Hands over the definitions that were met. Called once, after the last event. */
export function finishImport({ definitions, files, collector }: ImportContext): void {
  for (const [name, { schema, node }] of definitions.found) collector.definition(name, schema, files.place(node))
}

/** Reads what must be an object; reports anything else. */
export function objectAt(node: Node, what: string, context: ImportContext): Readonly<Record<string, unknown>> {
  const { value } = node
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  context.problems.error(context.files.place(node), `${what}: expected an object`)
  return {}
}
