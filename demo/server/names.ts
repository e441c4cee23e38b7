import type { Notice } from '../shared/events.ts'

export const CUSTOMERS: readonly [name: string, city: string][] = [
  ['Amara Okafor', 'Lagos'],
  ['Björn Lindqvist', 'Uppsala'],
  ['Chiara Ricci', 'Bologna'],
  ['Daniel Cohen', 'Haifa'],
  ['Eszter Nagy', 'Szeged'],
  ['Farid Haddad', 'Tunis'],
  ['Greta Hofmann', 'Freiburg'],
  ['Hana Sato', 'Kyoto'],
  ['Inês Carvalho', 'Porto'],
  ['Jonas Weber', 'Basel'],
  ['Keiko Mori', 'Sapporo'],
  ['Liam Byrne', 'Galway'],
  ['Mei-Ling Chen', 'Tainan'],
  ['Noor de Vries', 'Utrecht'],
  ['Olga Petrova', 'Varna'],
  ['Priya Raman', 'Chennai'],
]

export const NOTICES: readonly [level: Notice['level'], message: string][] = [
  ['info', 'Courier 7 has started a new tour'],
  ['info', 'The afternoon shift has taken over'],
  ['info', 'Prices for delivery to the islands have changed'],
  ['success', 'Stock of river trout is back to normal'],
  ['success', 'All orders of this morning are delivered'],
  ['warning', 'Rain: deliveries take ten minutes longer'],
  ['warning', 'Packing table 2 waits for boxes'],
]

export const JOBS: readonly string[] = [
  'Export invoices',
  'Plan courier tours',
  'Re-index catalogue',
  'Send receipts',
  'Count the stock',
  'Back up orders',
]
