export default {
  rootDir: '..',
  testEnvironment: 'jsdom',
  // The very tests of the page that vitest runs. The others are of the demo's processes.
  testMatch: ['<rootDir>/*panel.test.ts'],
  moduleNameMapper: { '^vitest$': '<rootDir>/jest/vitest.cjs' },
  transform: { '\\.tsx?$': '<rootDir>/../../examples/testing/jest/compile.cjs' },
}
