/** A step that sends an order. */
export const order = (id: string, total: number, eventId: string): object => ({
  send: { event: 'order.created', data: { id, total }, id: eventId },
})
