import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/*
 * The page's script as an application's build makes it, with the built package in it.
 */

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** What an application would find under the package's names: the files in `dist/`, whatever tsconfig.json says. */
function builtPackage(): Record<string, string> {
  const { name, exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    name: string
    exports: Record<string, { import?: { default: string } }>
  }
  return Object.fromEntries(
    Object.entries(exports).flatMap(([path, { import: found }]) =>
      found ? [[`${name}${path.slice(1)}`, `${root}${found.default}`]] : [],
    ),
  )
}

let built: Promise<string> | undefined

/** Made once for all pages. */
export function script(): Promise<string> {
  built ??= build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    tsconfigRaw: '{}',
    alias: builtPackage(),
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    write: false,
    logLevel: 'error',
  }).then(({ outputFiles }) => outputFiles.map(({ text }) => text).join(''))
  return built
}
