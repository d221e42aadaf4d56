import type { SalesforceRecord } from "./orgs.ts";

/** What a query found. */
export interface QueryResult {
  readonly totalSize: number;
  readonly done: true;
  readonly records: readonly SalesforceRecord[];
}

/** Why a query can't be answered, in Salesforce's error codes. */
export interface QueryProblem {
  readonly errorCode: "MALFORMED_QUERY" | "INVALID_TYPE" | "INVALID_FIELD";
  readonly message: string;
}

const QUERY = new RegExp(
  [
    String.raw`^\s*SELECT\s+(?<what>COUNT\(\s*\)|\w+(?:\s*,\s*\w+)*)`,
    String.raw`\s+FROM\s+(?<object>\w+)`,
    String.raw`(?:\s+WHERE\s+(?<field>\w+)\s*=\s*(?<value>'(?:[^'\\]|\\.)*'|\d+|true|false|null))?`,
    String.raw`(?:\s+LIMIT\s+(?<limit>\d+))?\s*$`,
  ].join(""),
  "i",
);
const UNDERSTOOD = "this Salesforce reads SELECT fields or COUNT() FROM object [WHERE field = value] [LIMIT n] alone";

/**
 * Answers a query in the small part of SOQL that log-in checks and examples use.
 *
 * @param soql the query; names in it don't depend on case
 * @param tables all rows, by the object's name
 */
export function query(soql: string, tables: Readonly<Record<string, SalesforceRecord[]>>): QueryResult | QueryProblem {
  const parsed = QUERY.exec(soql)?.groups;
  if (!parsed) return { errorCode: "MALFORMED_QUERY", message: UNDERSTOOD };
  const object = Object.keys(tables).find((name) => sameName(name, parsed["object"]));
  if (object === undefined) {
    return { errorCode: "INVALID_TYPE", message: `sObject type '${parsed["object"]}' is not supported.` };
  }
  const rows = tables[object] ?? [];
  const wanted = /^COUNT/i.test(parsed["what"] ?? "")
    ? []
    : (parsed["what"] ?? "").split(",").map((name) => name.trim());
  const used = parsed["field"] === undefined ? wanted : [...wanted, parsed["field"]];
  const missing = used.find((name) => columnOf(rows, name) === undefined);
  if (missing !== undefined) {
    return { errorCode: "INVALID_FIELD", message: `No such column '${missing}' on entity '${object}'.` };
  }
  return select({ object, rows, wanted, where: parsed, limit: Number(parsed["limit"] ?? Number.POSITIVE_INFINITY) });
}

interface Selection {
  readonly object: string;
  readonly rows: readonly SalesforceRecord[];
  /** Empty to count. */
  readonly wanted: readonly string[];
  readonly where: Readonly<Record<string, string | undefined>>;
  readonly limit: number;
}

function select({ object, rows, wanted, where, limit }: Selection): QueryResult {
  const { field, value } = where;
  const column = columnOf(rows, field);
  const found = rows.filter((row) => column === undefined || row[column] === literal(value)).slice(0, limit);
  if (wanted.length === 0) return { totalSize: found.length, done: true, records: [] };
  const columns = wanted.map((name) => columnOf(rows, name) ?? name);
  const records = found.map((row) => ({
    attributes: { type: object, url: `/services/data/sobjects/${object}/${row["Id"]}` },
    ...Object.fromEntries(columns.map((name) => [name, row[name]])),
  }));
  return { totalSize: records.length, done: true, records };
}

function columnOf(rows: readonly SalesforceRecord[], name: string | undefined): string | undefined {
  return Object.keys(rows[0] ?? {}).find((column) => sameName(column, name));
}

function sameName(a: string, b: string | undefined): boolean {
  return a.toLowerCase() === b?.toLowerCase();
}

function literal(text = "null"): unknown {
  if (text.startsWith("'")) return text.slice(1, -1).replace(/\\(.)/g, "$1");
  return JSON.parse(text.toLowerCase());
}
