import { order } from './order.ts'

/*
 * `headwater mock --tick 0 --replay --port 8081` runs next to the development server, which hands /api and /__mock on to it (see
 * ../page/vite.config.ts); baseUrl is the development server's address.
 */

describe('orders', () => {
  beforeEach(() => {
    cy.request('POST', '/__mock/reset')
  })

  it('shows an order as it comes', () => {
    cy.visit('/')
    cy.request('GET', '/__mock/connected')
    cy.request('POST', '/__mock/do', order('A-1', 40, '1'))
      .its('body')
      .should('deep.equal', { connections: 1 })
    cy.get('#orders li').should('have.text', 'A-1: 40')
  })

  it('comes back after a break, and misses nothing', () => {
    cy.visit('/')
    cy.request('GET', '/__mock/connected')
    cy.request('POST', '/__mock/do', order('A-1', 40, '1'))
    cy.get('#orders li').should('have.length', 1)
    cy.request('POST', '/__mock/do', [{ drop: true }, order('A-2', 50, '2')])
    cy.get('#orders li').should('have.length', 2)
    cy.request('GET', '/__mock/requests?count=2').its('body.requests.1.lastEventId').should('deep.equal', '1')
  })

  it('tries again when it is refused', () => {
    // Long enough to be seen.
    cy.request('POST', '/__mock/script', { refuse: { status: 503, headers: { 'retry-after': '2' } } })
    cy.visit('/')
    cy.get('#line').should('have.text', 'reconnecting')
    cy.get('#line').should('have.text', 'live')
  })

  it('says so when orders were lost', () => {
    cy.visit('/')
    cy.get('#hint').should('not.be.visible')
    cy.request('GET', '/__mock/connected')
    cy.request('POST', '/__mock/do', { gap: { reason: 'expired' } })
    cy.get('#hint').should('be.visible')
  })
})
