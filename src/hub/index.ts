export { createHubClient, type HubClient, type HubClientOptions, hub, type SendTarget } from './client.ts'
export type { HubOptions } from './options.ts'
export type { Topic } from './topic.ts'
export type { TopicRefused } from './topics.ts'
