import type { Client } from './client.ts'
import { type ClientIndex, createClientIndex, union } from './client-index.ts'
import { type GivenBy, type Grants, give, take, topicsOf } from './grants.ts'
import { coveringPatterns } from './topic.ts'

/** The members of each topic. It is the only one to change the topics of a client. */
export interface TopicIndex {
  /** How many topics somebody has joined, wildcards included. */
  readonly size: number
  /** Takes in a client with the topics that it has. */
  add(client: Client): void
  remove(client: Client): void
  /** Joins and leaves topics. A client keeps its turn in a topic that it stays in: an event that is on its way reaches it once. */
  move(client: Client, grants: Grants): void
  /** Joins one topic more, which the server gives. @returns Whether the client has a topic more. */
  give(client: Client, by: GivenBy, topic: string, since: number): boolean
  /** Takes that back. @returns Whether the client has a topic less. */
  take(client: Client, by: GivenBy, topic: string): boolean
  /** How many have joined exactly this. */
  count(topic: string): number
  /** All who get what is published to a topic. */
  joined(topic: string): ReadonlySet<Client>
  /** The same, and all who have asked for no topic. */
  interested(resource: string): ReadonlySet<Client>
}

export function createTopicIndex(): TopicIndex {
  const byTopic: ClientIndex = createClientIndex()
  /** The clients that have asked for no topic. */
  const unjoined = new Set<Client>()

  return {
    get size() {
      return byTopic.size
    },
    add(client) {
      for (const topic of client.topics) byTopic.add(topic, client)
      if (client.asked.size === 0) unjoined.add(client)
    },
    remove(client) {
      for (const topic of client.topics) byTopic.remove(topic, client)
      unjoined.delete(client)
    },
    move(client, grants) {
      const { topics: before } = client
      const { asked, given } = grants
      const topics = topicsOf(grants)
      for (const topic of before) if (!topics.has(topic)) byTopic.remove(topic, client)
      for (const topic of topics) if (!before.has(topic)) byTopic.add(topic, client)
      if (asked.size) unjoined.delete(client)
      else unjoined.add(client)
      Object.assign(client, { asked, given, topics })
    },
    give(client, by, topic, since) {
      const isNew = !client.topics.has(topic)
      give(client, by, topic, since)
      if (isNew) byTopic.add(topic, client)
      return isNew
    },
    take(client, by, topic) {
      const had = client.topics.has(topic)
      take(client, by, topic)
      const isGone = had && !client.topics.has(topic)
      if (isGone) byTopic.remove(topic, client)
      return isGone
    },
    count: (topic) => byTopic.get(topic).size,
    joined: (topic) => union(coveringPatterns(topic).map(byTopic.get)),
    interested: (resource) => union([unjoined, ...coveringPatterns(resource).map(byTopic.get)]),
  }
}
