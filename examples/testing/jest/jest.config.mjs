export default {
  testEnvironment: 'jsdom',
  // Compiles TypeScript and JSX. Yours is likely babel-jest, ts-jest or @swc/jest.
  transform: { '\\.tsx?$': '<rootDir>/compile.cjs' },
}
