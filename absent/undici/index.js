/**
 * `@actions/http-client` imports `ProxyAgent` for `getAgentDispatcher()` alone, a method that this action never calls.
 * The real package would add a megabyte to the bundle; this one fails loudly if that ever changes.
 */
export class ProxyAgent {
  constructor() {
    throw new Error("undici is left out of this bundle: getAgentDispatcher() can't be used");
  }
}
