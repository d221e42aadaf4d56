import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Registration } from "./apps.ts";
import { textOf, textsOf } from "./soap.ts";
import type { TokenExchangeHandler } from "./token-exchange.ts";
import type { Rule } from "./token-exchange-decision.ts";
import { gitHubLoginHandler, type HandlerOptions } from "./token-exchange-handler.ts";

/** Text by path: of a project in source format, or of what was deployed from one. */
export type MetadataFiles = ReadonlyMap<string, string>;

/** What `setup/setup.sh --keyless` fills in. */
export interface KeylessValues {
  readonly username: string;
  readonly runAs: string;
  readonly repositoryId: string;
  readonly repositoryOwnerId: string;
  readonly environment?: string;
  readonly ref?: string;
  readonly jobWorkflowRef?: string;
}

const PROJECT = fileURLToPath(new URL("../../../setup/keyless/", import.meta.url));

/** The project in `setup/keyless`, filled in as the script does it. */
export function keylessProject(values: KeylessValues): MetadataFiles {
  const { username, runAs, repositoryId, repositoryOwnerId, environment, ref, jobWorkflowRef } = values;
  const texts: Readonly<Record<string, string | undefined>> = {
    CONTACT_EMAIL: "it@acme.example",
    RULE_LABEL: "Login rule",
    RUN_AS: runAs,
    USERNAME: username,
    REPOSITORY_ID: repositoryId,
    REPOSITORY_OWNER_ID: repositoryOwnerId,
    ENVIRONMENT: environment,
    REF: ref,
    JOB_WORKFLOW_REF: jobWorkflowRef,
  };
  const fill = (text: string) =>
    text
      .replaceAll(/<value xsi:type="xsd:string">@@(\w+)@@<\/value>/g, (whole, name: string) =>
        texts[name] === undefined ? '<value xsi:nil="true"/>' : whole,
      )
      .replaceAll(/@@(\w+)@@/g, (_, name: string) => texts[name] ?? "");
  return new Map([...readFolder(PROJECT)].map(([path, text]) => [path, fill(text)]));
}

/** The files below a folder. */
export function readFolder(folder: string): MetadataFiles {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length).replaceAll("\\", "/"), readFileSync(path, "utf8")];
    }),
  );
}

/** Reads the app as the org does it that this was deployed to. */
export function readKeylessApp(files: MetadataFiles, keys: HandlerOptions["keys"]): Registration {
  const settings = only(files, "ecaGlblOauth");
  const developerName = textOf(settings, "externalClientApplication") ?? "";
  const options = { rules: readRules(files), remoteSites: readRemoteSites(files), keys };
  return {
    scope: (textOf(only(files, "ecaOauth"), "commaSeparatedOauthScopes") ?? "").toLowerCase().replaceAll(", ", " "),
    myDomainOnly: true,
    tokenExchange: {
      developerName,
      enabled: flag(settings, "isTokenExchangeEnabled"),
      // Required where the app doesn't say that it isn't.
      secretRequired: textOf(settings, "isSecretRequiredForTokenExchange") !== "false",
      enabledInPolicies: flag(only(files, "ecaOauthPlcy"), "isTokenExchangeFlowEnabled"),
      handlers: withSuffix(files, "oauthtokenexchangehandler").flatMap((xml) =>
        readHandlers(xml, developerName, options),
      ),
    },
  };
}

/** The rules that were deployed. */
export function readRules(files: MetadataFiles): Rule[] {
  return withSuffix(files, "md").map((xml) => {
    const fields = new Map(
      textsOf(xml, "values").map((one) => [textOf(one, "field"), textOf(one, "value") || undefined]),
    );
    return {
      app: fields.get("App__c"),
      repositoryId: fields.get("Repository_Id__c"),
      repositoryOwnerId: fields.get("Repository_Owner_Id__c"),
      environment: fields.get("Environment__c"),
      ref: fields.get("Ref__c"),
      jobWorkflowRef: fields.get("Job_Workflow_Ref__c"),
      username: fields.get("Username__c"),
      active: fields.get("Active__c") === "true",
    };
  });
}

/** Returns a handler for each place where it is enabled for this app, and no other app's. */
function readHandlers(xml: string, developerName: string, options: HandlerOptions): TokenExchangeHandler[] {
  const tokenTypes = { Jwt: "jwt", IdToken: "id_token", AccessToken: "access_token", RefreshToken: "refresh_token" };
  const supported = Object.entries(tokenTypes).filter(([name]) => flag(xml, `is${name}Supported`));
  return textsOf(xml, "enablements")
    .filter((enablement) => textOf(enablement, "externalClientApp") === developerName)
    .map((enablement) => ({
      name: textOf(xml, "developerName") ?? "",
      isDefault: flag(enablement, "isDefault"),
      enabled: flag(xml, "isEnabled"),
      tokenTypes: supported.map(([, type]) => type),
      runAs: textOf(enablement, "apexExecutionUser") ?? "",
      validate: gitHubLoginHandler(options),
    }));
}

function readRemoteSites(files: MetadataFiles): string[] {
  return withSuffix(files, "remoteSite")
    .filter((xml) => flag(xml, "isActive"))
    .map((xml) => textOf(xml, "url") ?? "");
}

function withSuffix(files: MetadataFiles, suffix: string): string[] {
  const ending = new RegExp(`\\.${suffix}(?:-meta\\.xml)?$`);
  return [...files].filter(([path]) => ending.test(path)).map(([, text]) => text);
}

function only(files: MetadataFiles, suffix: string): string {
  const [text, ...more] = withSuffix(files, suffix);
  if (text === undefined || more.length > 0) throw new Error(`not one file *.${suffix}`);
  return text;
}

function flag(xml: string, name: string): boolean {
  return textOf(xml, name) === "true";
}
