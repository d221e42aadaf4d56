import type { Answer } from "./answer.ts";
import { type Deployment, deploymentResult, readDeployment } from "./deployment.ts";
import { longId } from "./ids.ts";
import { type Component, componentsOf, filesOf, firstFiles } from "./org-metadata.ts";
import type { Org } from "./orgs.ts";
import type { Call, OpenRoute, Route } from "./route.ts";
import type { Session } from "./sessions.ts";
import { readEnvelope, type SoapRequest, soapFault, soapResult, textOf, textsOf, type XmlElements } from "./soap.ts";
import { type Files, writeZip } from "./zip.ts";

/** The Metadata API, as much of it as deploying, validating and retrieving Apex takes. */
export interface MetadataApi {
  readonly routes: readonly Route[];
  /** In the order in which they were asked for. */
  readonly deployments: readonly Deployment[];
  /** What an org has now, by path below the package's root. */
  filesIn(org: Org): Files;
}

/** A job that was begun: the first look at it finds it running, the second one done. */
interface Job {
  looks: number;
  readonly result: XmlElements;
}

/** All that the operations share. */
interface State {
  readonly files: Map<Org, Files>;
  readonly deployments: Deployment[];
  readonly jobs: Map<string, Job>;
}

type Operation = (request: SoapRequest, session: Session, state: State) => Answer;

/** The first version whose SOAP takes JWT-format tokens. */
const FIRST_FOR_JWT = 68;
/** Of jobs that deploy, and of those that retrieve. */
const ID_PREFIXES: Readonly<Record<string, string>> = { deploy: "0Af", retrieve: "09S" };

const OPERATIONS: Readonly<Record<string, Operation>> = {
  deploy,
  retrieve,
  checkDeployStatus: look,
  checkRetrieveStatus: look,
};

/** A Metadata API where nothing was deployed yet. */
export function createMetadataApi(): MetadataApi {
  const state: State = { files: new Map(), deployments: [], jobs: new Map() };
  const soapRoute: OpenRoute = {
    name: "metadata",
    path: /^\/services\/Soap\/m\/(\d+)\.0$/,
    answer: (call) => answer(call, state),
  };
  return { routes: [soapRoute], deployments: state.deployments, filesIn: (org) => filesIn(state, org) };
}

/** SOAP has the token in its envelope. */
function answer({ request, world, place, parts }: Call, state: State): Answer {
  const soap = readEnvelope(request.rawBody);
  const session = world.sessions.find(soap.sessionId ?? "");
  const takesFormat = session?.token.includes("!") || Number(parts[0]) >= FIRST_FOR_JWT;
  if (!session || session.org !== place.org || !takesFormat) {
    return soapFault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session");
  }
  const operation = OPERATIONS[soap.operation];
  return operation?.(soap, session, state) ?? soapFault("UNKNOWN_EXCEPTION", `no operation ${soap.operation} here`);
}

function deploy({ operation, xml }: SoapRequest, { org, user }: Session, state: State): Answer {
  const { deployment, after } = readDeployment(xml, org, filesIn(state, org));
  state.deployments.push(deployment);
  if (!deployment.checkOnly) state.files.set(org, after);
  return begin(operation, deploymentResult(deployment, user), state);
}

function retrieve({ operation, xml }: SoapRequest, { org }: Session, state: State): Answer {
  const wanted = textsOf(xml, "types").map((type) => ({
    name: textOf(type, "name"),
    members: textsOf(type, "members"),
  }));
  const files = filesIn(state, org);
  const components = componentsOf(files).filter(({ type, fullName }) =>
    wanted.some(({ name, members }) => name === type && (members.includes("*") || members.includes(fullName))),
  );
  const zipped = [["package.xml", Buffer.from(manifestOf(components))] as const, ...filesOf(components, files)];
  const zip = writeZip(new Map(zipped.map(([path, content]) => [`unpackaged/${path}`, content])));
  return begin(operation, { success: true, zipFile: zip.toString("base64") }, state);
}

function begin(operation: string, result: XmlElements, { jobs }: State): Answer {
  const id = longId(`${ID_PREFIXES[operation]}xx${String(jobs.size + 1).padStart(10, "0")}`);
  jobs.set(id, { looks: 0, result });
  return soapResult(operation, { done: false, id, state: "Queued" }, `${operation} ${id}`);
}

function look({ operation, xml }: SoapRequest, _: Session, { jobs }: State): Answer {
  const id = textOf(xml, "asyncProcessId") ?? "";
  const job = jobs.get(id);
  if (!job) return soapFault("INVALID_ID_FIELD", `no job ${id}`);
  job.looks += 1;
  const done = job.looks > 1;
  const status = done ? "Succeeded" : "InProgress";
  return soapResult(operation, { ...(done ? job.result : { success: false }), id, done, status }, `${id} ${status}`);
}

function manifestOf(components: readonly Component[]): string {
  const types = Object.entries(Object.groupBy(components, ({ type }) => type)).map(([type, members = []]) => {
    const names = members.map(({ fullName }) => `<members>${fullName}</members>`).join("");
    return `<types>${names}<name>${type}</name></types>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?><Package xmlns="http://soap.sforce.com/2006/04/metadata">${types.join("")}<version>64.0</version></Package>`;
}

function filesIn({ files }: State, org: Org): Files {
  return files.get(org) ?? firstFiles();
}
