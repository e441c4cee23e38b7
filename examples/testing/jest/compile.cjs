const { transformSync } = require('esbuild')

/** TypeScript and JSX for Jest, which runs CommonJS. */
module.exports = {
  process: (source, sourcefile) =>
    transformSync(source, {
      sourcefile,
      loader: sourcefile.endsWith('x') ? 'tsx' : 'ts',
      format: 'cjs',
      target: 'node22',
      jsx: 'automatic',
      sourcemap: 'inline',
    }),
}
