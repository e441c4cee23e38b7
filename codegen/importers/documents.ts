import { GenerateError, type Problems } from '../base/problems.ts'
import { isObject } from '../json/values.ts'
import type { Collector } from '../pivot/collect.ts'
import { importAsyncApi, isAsyncApi } from './asyncapi.ts'
import { createImportContext, finishImport } from './context.ts'
import { importEventMap, isEventMap } from './event-map.ts'
import { importJsonSchema } from './json-schema.ts'
import { importOpenApi, isOpenApi } from './openapi.ts'

/** What all importers of a run share. */
export interface DocumentParts {
  readonly collector: Collector
  readonly problems: Problems
  /** The folder that places are shown from. */
  readonly folder: string
}

/** Reads files of JSON and YAML, each as what it says it is. @throws GenerateError */
export async function importDocuments(files: readonly string[], parts: DocumentParts): Promise<void> {
  const context = createImportContext(parts.collector, parts.problems, parts.folder)
  for (const file of files) {
    const root = await context.files.load(file)
    const { value } = root
    if (!isObject(value))
      throw new GenerateError('expected an object: an event map, JSON Schema, OpenAPI or AsyncAPI', { file })
    if (isOpenApi(value)) importOpenApi(root, context)
    else if (isAsyncApi(value)) importAsyncApi(root, context)
    else if (isEventMap(value)) importEventMap(root, context)
    else importJsonSchema(root, context)
  }
  finishImport(context)
}
