import { json } from "./answer.ts";
import { notFound, queryRoute } from "./rest-api.ts";
import type { Route, SessionRoute } from "./route.ts";

/** One record by its id, all fields of it. */
const recordRoute: SessionRoute = {
  name: "record",
  path: /^\/services\/data\/v\d+\.0\/sobjects\/(\w+)\/(\w{15,18})$/,
  methods: ["GET"],
  answerTo({ org }, { parts: [object = "", id] }) {
    const record = org.records[object]?.find((candidate) => candidate["Id"] === id);
    return record ? json(200, { attributes: { type: object }, ...record }, `${object} ${id}`) : notFound;
  },
};

/** A query, or the names of the columns that it would have. */
const columnsRoute: SessionRoute = {
  ...queryRoute,
  answerTo(session, call) {
    const parameters = new URLSearchParams(call.request.query);
    if (parameters.get("columns") !== "true") return queryRoute.answerTo(session, call);
    const [, fields = ""] = /^\s*SELECT\s+(.*?)\s+FROM\s/i.exec(parameters.get("q") ?? "") ?? [];
    const columnMetadata = fields
      .split(/\s*,\s*/)
      .map((name) => ({ columnName: name, displayName: name, joinColumns: [] }));
    return json(200, { columnMetadata }, "columns");
  },
};

/** What Salesforce's command line asks of the REST API besides what every client does. */
export const CLI_ROUTES: readonly Route[] = [recordRoute, columnsRoute];
