export default {
  testEnvironment: 'jsdom',
  // What compiles TypeScript and JSX: yours is likely babel-jest, ts-jest or @swc/jest.
  transform: { '\\.tsx?$': '<rootDir>/compile.cjs' },
}
