/**
 * `@actions/http-client` imports `ProxyAgent` for `getAgentDispatcher()`, a method that this action never calls. The real
 * undici would add a megabyte to the bundle.
 */
export class ProxyAgent {
  constructor() {
    throw new Error("This bundle doesn't contain undici: getAgentDispatcher() can't be used.");
  }
}
