import { stripTypeScriptTypes } from 'node:module'
import * as v from 'valibot'
import * as z from 'zod'
import { emitFiles, type OutputOptions } from '../../../codegen/emit/files.ts'
import type { EventDocument } from '../../../codegen/pivot/document.ts'

interface Issue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}
interface Validator {
  readonly '~standard': {
    validate(value: unknown): { readonly value?: unknown; readonly issues?: readonly Issue[] | undefined }
  }
}

/** Runs the generated validators, and returns what they export. */
export function runSchemas(
  document: EventDocument,
  schemas: NonNullable<OutputOptions['schemas']>,
): Readonly<Record<string, Validator>> {
  const source = emitFiles(document, { schemas, publisher: false, extension: 'js' }).get('schemas.ts') ?? ''
  const code = stripTypeScriptTypes(source)
    .replace(/^import .*$/gm, '')
    .replace('export const', 'const')
  return new Function('v', 'z', `${code}\nreturn eventSchemas`)(v, z)
}
