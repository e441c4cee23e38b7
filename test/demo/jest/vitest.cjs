/** What the tests here take from vitest, as Jest has it. */
const globals = require('@jest/globals')

module.exports = {
  ...globals,
  vi: { ...globals.jest, stubGlobal: (name, value) => Object.assign(globalThis, { [name]: value }) },
}
