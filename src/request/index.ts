export { type RequestEvent, type RequestEventsOptions, requestEvents } from './request-events.ts'
