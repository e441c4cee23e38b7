import { existsSync, readFileSync } from 'node:fs'
import esbuild, { minify } from 'rollup-plugin-esbuild'

/*
 * What is built follows from the exports of package.json: dist/x.js comes from src/x.ts, dist/testing/x.js from
 * testing/x.ts. The declarations are TypeScript's own (scripts/declarations.mjs).
 */

const { exports, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))

const input = Object.fromEntries(
  Object.values(exports)
    .filter((entry) => typeof entry === 'object')
    .map(({ import: { default: file } }) => {
      const name = file.replace(/^\.\/dist\/|\.js$/g, '')
      return [name, existsSync(`src/${name}.ts`) ? `src/${name}.ts` : `${name}.ts`]
    }),
)

const common = { input, treeshake: { moduleSideEffects: false } }
const typescript = esbuild({ target: 'es2022' })
const isForeign = (id) => id.startsWith('node:') || id in peerDependencies
const output = (format, extension) => ({
  dir: 'dist',
  format,
  sourcemap: true,
  // Rollup drops the directive that lets a React server component import the hooks.
  banner: ({ name }) => (name === 'adapters/react' ? "'use client'" : ''),
  entryFileNames: `[name].${extension}`,
  chunkFileNames: `chunks/[name].${extension}`,
})

export default [
  {
    ...common,
    external: isForeign,
    plugins: [typescript],
    output: output('es', 'js'),
  },
  {
    ...common,
    external: isForeign,
    plugins: [typescript],
    output: output('cjs', 'cjs'),
  },
  {
    // The command, for Node alone.
    ...common,
    input: 'cli/main.ts',
    external: isForeign,
    plugins: [typescript],
    output: { file: 'dist/cli.js', format: 'es', banner: '#!/usr/bin/env node' },
  },
  {
    // For <script type="module"> without a bundler.
    ...common,
    input: 'src/index.ts',
    plugins: [typescript, minify({ target: 'es2022' })],
    output: { file: 'dist/headwater.min.js', format: 'es', sourcemap: true },
  },
]
