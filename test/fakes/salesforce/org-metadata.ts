import type { Files } from "./zip.ts";

/** A piece of an org's configuration, made of a source file and a descriptor beside it. */
export interface Component {
  readonly type: string;
  readonly fullName: string;
  /** Path of the source file. */
  readonly path: string;
}

/** A test method of an Apex class. */
export interface ApexTest {
  readonly className: string;
  readonly methodName: string;
}

/** Folder and suffix of the types that are understood; all of them consist of two files. */
const TYPES: Readonly<Record<string, { readonly folder: string; readonly suffix: string }>> = {
  ApexClass: { folder: "classes", suffix: ".cls" },
  ApexTrigger: { folder: "triggers", suffix: ".trigger" },
};
const DESCRIPTOR = "-meta.xml";

/** What an org has from the beginning. */
export function firstFiles(): Files {
  const source =
    "public with sharing class Greeting {\n  public static String hello() {\n    return 'Hello';\n  }\n}\n";
  const descriptor = `<?xml version="1.0" encoding="UTF-8"?>
<ApexClass xmlns="http://soap.sforce.com/2006/04/metadata">
    <apiVersion>64.0</apiVersion>
    <status>Active</status>
</ApexClass>
`;
  return new Map([
    ["classes/Greeting.cls", Buffer.from(source)],
    [`classes/Greeting.cls${DESCRIPTOR}`, Buffer.from(descriptor)],
  ]);
}

/** The components that files make up. */
export function componentsOf(files: Files): Component[] {
  return Object.entries(TYPES).flatMap(([type, { folder, suffix }]) =>
    [...files.keys()]
      .filter((path) => path.startsWith(`${folder}/`) && path.endsWith(suffix))
      .map((path) => ({ type, fullName: path.slice(folder.length + 1, -suffix.length), path })),
  );
}

/** The files of components. */
export function filesOf(components: readonly Component[], files: Files): Files {
  const paths = components.flatMap(({ path }) => [path, `${path}${DESCRIPTOR}`]);
  return new Map(
    paths.flatMap((path): [string, Buffer][] => {
      const content = files.get(path);
      return content ? [[path, content]] : [];
    }),
  );
}

/** All test methods in Apex classes. */
export function testsIn(files: Files): ApexTest[] {
  return componentsOf(files).flatMap(({ fullName, path }) => {
    const methods = (files.get(path)?.toString("utf8") ?? "").matchAll(/@IsTest\s+static\s+void\s+(\w+)/gi);
    return [...methods].map(([, methodName = ""]) => ({ className: fullName, methodName }));
  });
}
