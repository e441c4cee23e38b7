/*
 * As much of Cypress's types as orders.cy.ts uses. Cypress itself fetches a program of its own when it is installed, which this
 * repository spares you; in your project `types: ['cypress']` takes the place of this file.
 */

interface CypressChain<Subject> {
  visit(path: string): CypressChain<unknown>
  request(method: 'GET' | 'POST', path: string, body?: object): CypressChain<{ readonly body: unknown }>
  get(selector: string): CypressChain<unknown>
  its(path: string): CypressChain<unknown>
  should(chainer: 'be.visible' | 'not.be.visible'): CypressChain<Subject>
  should(chainer: 'have.text' | 'have.length' | 'deep.equal', expected: unknown): CypressChain<Subject>
}

declare const cy: CypressChain<undefined>
declare function describe(title: string, body: () => void): void
declare function it(title: string, body: () => void): void
declare function beforeEach(body: () => void): void
