import { type Answer, json } from "../fakes/salesforce/answer.ts";
import { CLI_ROUTES } from "../fakes/salesforce/cli-routes.ts";
import { deploymentResult } from "../fakes/salesforce/deployment.ts";
import { longId } from "../fakes/salesforce/ids.ts";
import { queryRoute } from "../fakes/salesforce/rest-api.ts";
import type { Call, OpenRoute, Route, SessionRoute } from "../fakes/salesforce/route.ts";
import type { Session } from "../fakes/salesforce/sessions.ts";
import {
  readEnvelope,
  type SoapRequest,
  soapFault,
  soapResult,
  textOf,
  type XmlElements,
} from "../fakes/salesforce/soap.ts";
import { readZip, writeZip } from "../fakes/salesforce/zip.ts";

/** An org that takes External Client Apps and permission sets, as far as `setup/setup.sh` goes. */
export interface SetupOrg {
  readonly routes: readonly Route[];
  /** What was deployed: the paths of each deployment, in order. */
  readonly deployments: readonly (readonly string[])[];
  /** What the org has: text by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Ids of the users that a permission set was assigned to. */
  readonly assignees: readonly string[];
  readonly consumerKey: string;
  readonly consumerSecret: string;
}

const PERMISSION_SET_ID = longId("0PSxx0000000001");
const USUAL_QUERY = CLI_ROUTES.find(({ name }) => name === queryRoute.name) as SessionRoute;
const JOB_ID = longId("0Afxx0000000001");

/** An org where nothing was set up yet. */
export function createSetupOrg(): SetupOrg {
  const files = new Map<string, string>();
  const deployments: string[][] = [];
  const assignees: string[] = [];
  const app = { consumerKey: `3MVG9${"x".repeat(80)}`, consumerSecret: "SecretOfTheAppThatIsNotNeeded" };

  function deploy({ xml }: SoapRequest): XmlElements {
    const deployed = readZip(Buffer.from(textOf(xml, "ZipFile") ?? "", "base64"));
    for (const [path, content] of deployed) files.set(path, content.toString("utf8"));
    deployments.push([...deployed.keys()].filter((path) => path !== "package.xml"));
    return {};
  }

  /** The app's global settings, with the two values that only the org knows. */
  function retrieve({ xml }: SoapRequest): XmlElements {
    const path = `extlClntAppGlobalOauthSets/${textOf(xml, "members")}.ecaGlblOauth`;
    const added = `<consumerKey>${app.consumerKey}</consumerKey>\n    <consumerSecret>${app.consumerSecret}</consumerSecret>\n    `;
    const settings = files.get(path)?.replace("<externalClientApplication>", `${added}$&`) ?? "";
    const zip = writeZip(new Map([[`unpackaged/${path}`, Buffer.from(settings)]]));
    return { zipFile: zip.toString("base64") };
  }

  return {
    ...app,
    files,
    deployments,
    assignees,
    routes: [metadataRoute({ deploy, retrieve }), assignmentRoute(assignees), permissionQueryRoute(assignees)],
  };
}

/** The Metadata API, all of whose jobs are done at the first look. */
function metadataRoute(operations: Readonly<Record<string, (soap: SoapRequest) => XmlElements>>): OpenRoute {
  let result: XmlElements = {};
  const done = { id: JOB_ID, done: true, status: "Succeeded", success: true };
  return {
    name: "metadata of an org to set up",
    path: /^\/services\/Soap\/m\/\d+\.0$/,
    answer({ request, world }: Call): Answer {
      const soap = readEnvelope(request.rawBody);
      const session = world.sessions.find(soap.sessionId ?? "");
      if (!session) return soapFault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader");
      const begin = operations[soap.operation];
      if (!begin) return soapResult(soap.operation, { ...outcomeOf(session), ...result, ...done }, "done");
      result = begin(soap);
      return soapResult(soap.operation, { done: false, id: JOB_ID, state: "Queued" }, "queued");
    },
  };
}

function outcomeOf({ org, user }: Session): XmlElements {
  return deploymentResult({ org, checkOnly: false, testLevel: "NoTestRun", components: [], tests: [] }, user);
}

function assignmentRoute(assignees: string[]): SessionRoute {
  return {
    name: "permission set assignment",
    path: /^\/services\/data\/v\d+\.0\/sobjects\/PermissionSetAssignment\/?$/,
    methods: ["POST"],
    answerTo(_, { request }) {
      const { AssigneeId } = JSON.parse(request.rawBody) as { AssigneeId: string };
      assignees.push(AssigneeId);
      return json(201, { id: longId("0Paxx0000000001"), success: true, errors: [] }, `assigned to ${AssigneeId}`);
    },
  };
}

/** The queries about users and permission sets, whose conditions the embedded SOQL doesn't know. */
function permissionQueryRoute(assignees: readonly string[]): SessionRoute {
  return {
    ...queryRoute,
    answerTo(session, call) {
      const parameters = new URLSearchParams(call.request.query);
      const ids: Readonly<Record<string, readonly string[]>> = {
        PermissionSetAssignment: assignees.map(() => longId("0Paxx0000000001")),
        PermissionSet: [PERMISSION_SET_ID],
        User: [session.user.userId],
      };
      const [, object = ""] = /^SELECT Id FROM (\w+) WHERE /.exec(parameters.get("q") ?? "") ?? [];
      if (parameters.has("columns") || !ids[object]) return USUAL_QUERY.answerTo(session, call);
      const records = ids[object].map((Id) => ({ attributes: { type: object }, Id }));
      return json(200, { totalSize: records.length, done: true, records }, `${records.length} of ${object}`);
    },
  };
}
