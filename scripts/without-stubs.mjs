// Drops the packages in stubs/ from the CycloneDX document on standard input: they replace packages that aren't in the bundle.
import { json } from "node:stream/consumers";

const bom = await json(process.stdin);
const isStub = (ref) => ref.startsWith("stub-");
bom.components = bom.components.filter((component) => !isStub(component["bom-ref"]));
bom.dependencies = bom.dependencies
  .filter(({ ref }) => !isStub(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => !isStub(other)) }));
console.log(JSON.stringify(bom, null, 2));
