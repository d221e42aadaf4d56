/**
 * `@actions/http-client` imports `ProxyAgent` for `getAgentDispatcher()` alone, a method that this action never calls.
 * The build takes that method out, and this with it; if the method ever came back, it would fail loudly, and not bring a
 * megabyte with it.
 */
export class ProxyAgent {
  constructor() {
    throw new Error("undici is left out of this bundle: getAgentDispatcher() can't be used");
  }
}
