export default {
  testEnvironment: 'jsdom',
  transform: { '\\.tsx?$': '<rootDir>/../../../examples/testing/jest/compile.cjs' },
}
