/**
 * The three functions of the Reflect Metadata proposal that tsyringe asks for. It refuses to load without them, and
 * `@peculiar/x509` uses it; the proposal's own polyfill is no dependency of either.
 */
const records = new WeakMap<object, Map<unknown, unknown>>();

function getOwnMetadata(key: unknown, target: object): unknown {
  return records.get(target)?.get(key);
}

function getMetadata(key: unknown, target: object | null): unknown {
  if (target === null) return undefined;
  return getOwnMetadata(key, target) ?? getMetadata(key, Object.getPrototypeOf(target));
}

function defineMetadata(key: unknown, value: unknown, target: object): void {
  const record = records.get(target) ?? new Map<unknown, unknown>();
  records.set(target, record.set(key, value));
}

Object.assign(Reflect, { getOwnMetadata, getMetadata, defineMetadata });
