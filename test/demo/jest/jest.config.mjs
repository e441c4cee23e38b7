export default {
  rootDir: '..',
  testEnvironment: 'jsdom',
  // The very tests that vitest runs.
  moduleNameMapper: { '^vitest$': '<rootDir>/jest/vitest.cjs' },
  transform: { '\\.tsx?$': '<rootDir>/../../examples/testing/jest/compile.cjs' },
}
