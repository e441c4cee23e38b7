import { existsSync, readFileSync } from 'node:fs'
import { minify } from 'rolldown/experimental'
import esbuild from 'rollup-plugin-esbuild'
import * as terser from 'terser'
// biome-ignore lint/correctness/useImportExtensions: its types stand in a file of their own.
import { OWN, shortNames } from './scripts/short-names.mjs'

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
const typescript = esbuild({
  target: 'es2022',
  // A field without a value needs no code.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  mangleProps: OWN,
  mangleCache: shortNames(),
})

/** Small functions with names cost nothing: what is used once is put where it is used. */
const inline = {
  name: 'inline',
  async renderChunk(code, { name }) {
    const { code: compressed, map } = await terser.minify(code, {
      module: true,
      ecma: 2022,
      // Each of these was measured: the result compresses better. Nothing here is called with `new` but classes.
      compress: {
        ecma: 2022,
        passes: 3,
        inline: 1,
        hoist_funs: true,
        join_vars: false,
        // Elsewhere a property may be read for its effect: a ref in Vue, a field that React tracks.
        pure_getters: /^(core|hub|resume|request|tabs)/.test(name),
        unsafe_arrows: true,
        unsafe_methods: true,
      },
      mangle: false,
      sourceMap: true,
      format: { beautify: true, comments: 'some' },
    })
    return { code: compressed, map: JSON.parse(map) }
  },
}

/** The oldest versions that have all that is imported, and the names that older ones lack. */
const NEEDED = {
  react: ['React 18', /\b(useInsertionEffect|useSyncExternalStore)\b/g],
  vue: ['Vue 3.4', /\b(toValue)\b/g],
  msw: ['MSW 2', /\b(HttpHandler|HttpResponse)\b/g],
}

/**
 * An older one lacks a name, and the module does not even load: Node and most bundlers then show the line of the import. So that line
 * says what is needed, beside these names, since some show only a part of it. webpack shows what a name is imported as, so that says
 * it too. A minifier drops both.
 */
const needed = {
  name: 'needed',
  renderChunk(code) {
    const [, all, peer] = /^import \{ (.*) \} from "(react|vue|msw)";$/m.exec(code) ?? []
    if (!peer) return
    const [version, young] = NEEDED[peer]
    const alias = `$1_of_${version.replace(/\W/g, '_')}`
    const names = all.split(', ').sort((a, b) => a.search(young) - b.search(young))
    const line = `import { ${names.join(', ').replace(young, `$1 as ${alias}`)} } from "${peer}"; // headwater needs ${version}`
    const parts = code.split(`import { ${all} } from "${peer}";`).map((part) => part.replace(young, alias))
    return { code: parts.join(line), map: null }
  },
}

/** The minifier that the sizes are measured with (size-limit bundles with rolldown). */
const minified = {
  name: 'minified',
  async renderChunk(code) {
    const { code: short, map } = await minify('headwater.min.js', code, { sourcemap: true })
    return { code: short, map }
  },
}

const isForeign = (id) => id.startsWith('node:') || id in peerDependencies
const output = (format, extension) => ({
  dir: 'dist',
  format,
  // With the sources in them. Not twice: for CommonJS they would be a quarter of the package.
  sourcemap: format === 'es',
  // Rollup drops the directive that lets a React server component import the hooks.
  banner: ({ name }) => (name === 'adapters/react' ? "'use client'" : ''),
  entryFileNames: `[name].${extension}`,
  chunkFileNames: `chunks/[name].${extension}`,
  // The core is one file: what its parts share is put where it is used.
  manualChunks: (id) =>
    /\/src\/(base|decisions|events|connection|transports|client\.ts)/.test(id) ? 'core' : undefined,
  hoistTransitiveImports: false,
})

export default [
  {
    ...common,
    external: isForeign,
    plugins: [typescript, inline, needed],
    output: output('es', 'js'),
  },
  {
    ...common,
    external: isForeign,
    plugins: [typescript],
    output: output('cjs', 'cjs'),
  },
  {
    // The command, for Node alone. What it loads only when it is asked for is a file of its own.
    ...common,
    input: { cli: 'cli/main.ts' },
    external: isForeign,
    plugins: [typescript],
    output: {
      dir: 'dist',
      format: 'es',
      entryFileNames: '[name].js',
      chunkFileNames: 'cli/[name].js',
      banner: ({ isEntry }) => (isEntry ? '#!/usr/bin/env node' : ''),
    },
  },
  {
    // For <script type="module"> without a bundler.
    ...common,
    input: 'src/index.ts',
    plugins: [typescript, inline, minified],
    output: { file: 'dist/headwater.min.js', format: 'es', sourcemap: true },
  },
]
