import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'

/** The script of a page. @param entry - Its module. @param options - Of esbuild. */
export async function bundlePage(entry: URL, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
    ...options,
    write: false,
  })
  return outputFiles.map(({ text }) => text).join('')
}
