import { longId } from "./ids.ts";
import { type ApexTest, type Component, componentsOf, filesOf, testsIn } from "./org-metadata.ts";
import type { Org, User } from "./orgs.ts";
import { textOf, textsOf, type XmlElements } from "./soap.ts";
import { type Files, readZip } from "./zip.ts";

/** A deployment, or a validation: what was asked for, and what comes of it. */
export interface Deployment {
  readonly org: Org;
  readonly checkOnly: boolean;
  readonly testLevel: string;
  readonly components: readonly Component[];
  readonly tests: readonly ApexTest[];
}

const TESTS_RUN = ["RunLocalTests", "RunAllTestsInOrg", "RunSpecifiedTests", "RunRelevantTests"];

/**
 * Reads the content of a `deploy` element.
 *
 * @param files what the org has
 * @returns the deployment, and what the org would have after it
 */
export function readDeployment(xml: string, org: Org, files: Files): { deployment: Deployment; after: Files } {
  const deployed = readZip(Buffer.from(textOf(xml, "ZipFile") ?? "", "base64"));
  const components = componentsOf(deployed);
  const after = new Map([...files, ...filesOf(components, deployed)]);
  const testLevel = textOf(xml, "testLevel") ?? "NoTestRun";
  const named = textsOf(xml, "runTests");
  const tests = TESTS_RUN.includes(testLevel)
    ? testsIn(after).filter(({ className }) => testLevel !== "RunSpecifiedTests" || named.includes(className))
    : [];
  const checkOnly = textOf(xml, "checkOnly") === "true";
  return { deployment: { org, checkOnly, testLevel, components, tests }, after };
}

/** What Salesforce says of a deployment that is done. All of it succeeds: nothing here compiles or runs Apex. */
export function deploymentResult({ checkOnly, components, tests }: Deployment, { userId, name }: User): XmlElements {
  const at = new Date().toISOString();
  return {
    checkOnly,
    completedDate: at,
    createdBy: userId,
    createdByName: name,
    createdDate: at,
    details: { componentSuccesses: components.map(successOf), runTestResult: testResult(tests) },
    numberComponentErrors: 0,
    numberComponentsDeployed: components.length,
    numberComponentsTotal: components.length,
    numberTestErrors: 0,
    numberTestsCompleted: tests.length,
    numberTestsTotal: tests.length,
    runTestsEnabled: tests.length > 0,
    startDate: at,
    success: true,
  };
}

function successOf({ type, fullName, path }: Component): XmlElements {
  return {
    changed: true,
    componentType: type,
    created: false,
    deleted: false,
    fileName: path,
    fullName,
    success: true,
  };
}

function testResult(tests: readonly ApexTest[]): XmlElements {
  const successes = tests.map(({ className, methodName }, index) => ({
    id: longId(`01pxx${String(index + 1).padStart(10, "0")}`),
    methodName,
    name: className,
    time: 5,
  }));
  return { numFailures: 0, numTestsRun: tests.length, successes, totalTime: 5 * tests.length };
}
