import { GenerateError } from '../base/problems.ts'
import { isObject } from '../json/values.ts'
import { importAsyncApi, isAsyncApi } from './asyncapi.ts'
import { createImportContext, type DocumentParts, finishImport } from './context.ts'
import { importEventMap, isEventMap } from './event-map.ts'
import { importJsonSchema } from './json-schema.ts'
import { importOpenApi, isOpenApi } from './openapi.ts'

/** Reads files of JSON and YAML, each as what it says it is. @throws GenerateError */
export async function importDocuments(files: readonly string[], parts: DocumentParts): Promise<void> {
  const context = createImportContext(parts)
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
