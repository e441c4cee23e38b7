/* Secrets are not shown: the output of a terminal or a CI job has other readers than its author. */

export const HIDDEN = '[not shown]'

/** Rather one name too many: the user who sent a hidden value can look it up. */
const SECRET = /auth|cookie|token|secret|passw|pwd|key|jwt|session|credential|signature|sig$|^sid$/i

/** Whether what has this name, a header or a query parameter, is a secret. */
export const isSecret = (name: string): boolean => SECRET.test(name)

/** A URL, or text in which URLs stand, without user, password, and what in queries and fragments is a secret by its name. */
export const withoutSecrets = (text: string): string =>
  text
    .replace(/\/\/[^/?#\s]*@/g, '//')
    // A name without a value matches too: else each of many `?` in it would be tried as its beginning.
    .replace(/([?&#])([^=&#\s]+)(=[^&#\s>"]*)?/g, (pair, mark, name, value) =>
      value !== undefined && isSecret(name) ? `${mark}${name}=${HIDDEN}` : pair,
    )
