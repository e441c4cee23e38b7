import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { rollup } from 'rollup'

/*
 * Emits the declarations: one file for each import, beside its code, and chunks for what several share. TypeScript takes a .d.ts for
 * ESM in this package, so require() is served by a .d.cts twin with imports of twins.
 */

/** TypeScript's own declarations, one for each source. The folder goes when they are put together. */
const EMITTED = 'dist/types'

/** A name that an entry uses and does not export: some types are there for reading only. */
const KNOWN = /still references private shared type exports/

// The plugin asks TypeScript to parse, and TypeScript 7 has no API for that. So it gets the oldest that the declarations are for.
const oldest = createRequire(new URL('../test/typescript-5/package.json', import.meta.url)).resolve('typescript')
registerHooks({
  resolve: (specifier, context, next) =>
    /^(typescript|@typescript\/typescript6)$/.test(specifier)
      ? { url: pathToFileURL(oldest).href, format: 'commonjs', shortCircuit: true }
      : next(specifier, context),
})
const { dts } = await import('rollup-plugin-dts')

execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit', shell: process.platform === 'win32' })

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
const input = Object.fromEntries(
  Object.values(exports)
    .filter((entry) => typeof entry === 'object')
    .map(({ import: { types } }) => {
      const name = types.replace(/^\.\/dist\/|\.d\.ts$/g, '')
      return [name, [`${EMITTED}/src/${name}.d.ts`, `${EMITTED}/${name}.d.ts`].find(existsSync)]
    }),
)

const bundle = await rollup({
  input,
  plugins: [dts()],
  external: (id) => /^[@\w]/.test(id) && !id.startsWith('dist/'),
  onwarn(warning, warn) {
    if (!KNOWN.test(warning.message)) warn(warning)
  },
})
const { output } = await bundle.write({
  dir: 'dist',
  entryFileNames: '[name].d.ts',
  chunkFileNames: ({ name }) => `chunks/${name.replace(/\.d$/, '')}.d.ts`,
  // The names of types stay readable, in hovers and in stack traces of the compiler.
  minifyInternalExports: false,
  hoistTransitiveImports: false,
})
rmSync(EMITTED, { recursive: true })

for (const { fileName, code } of output)
  writeFileSync(
    `dist/${fileName.replace(/\.d\.ts$/, '.d.cts')}`,
    code.replace(/(from |import\()(['"]\.[^'"]*)\.js(['"])/g, '$1$2.cjs$3'),
  )
