import type { Answer } from "./answer.ts";

/** A SOAP request that was taken apart: whose it claims to be, and what it requests. */
export interface SoapRequest {
  readonly sessionId: string | undefined;
  /** Name of the body's one element. */
  readonly operation: string;
  /** The content of that element. */
  readonly xml: string;
}

/** Content of an element: text, elements by name, or a list where the element comes more than once. */
export type Xml = string | number | boolean | readonly Xml[] | XmlElements;

/** Elements by name. */
export interface XmlElements {
  readonly [name: string]: Xml;
}

const ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/";
const METADATA = "http://soap.sforce.com/2006/04/metadata";
const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Reads an envelope as Salesforce's own clients write it: only Envelope, Header and Body have a prefix. */
export function readEnvelope(envelope: string): SoapRequest {
  const [, body = ""] = /<soapenv:Body[^>]*>(.*)<\/soapenv:Body>/s.exec(envelope) ?? [];
  const [, operation = "", xml = ""] = /^\s*<(\w+)[^>]*>(.*)<\/\1>\s*$/s.exec(body) ?? [];
  return { sessionId: textOf(envelope, "sessionId"), operation, xml };
}

/** The content of each element of a name, from the first to the last. */
export function textsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>(.*?)</${name}>`, "gs"))].map(([, text = ""]) => text);
}

/** The content of the first element of a name. */
export function textOf(xml: string, name: string): string | undefined {
  return textsOf(xml, name)[0];
}

/** The answer to an operation. */
export function soapResult(operation: string, result: Xml, says: string): Answer {
  const body = `<${operation}Response xmlns="${METADATA}">${write("result", result)}</${operation}Response>`;
  return envelope(200, body, says);
}

/**
 * A refusal.
 *
 * @param code without its namespace: `INVALID_SESSION_ID`
 */
export function soapFault(code: string, message: string): Answer {
  const fault = write("soapenv:Fault", { faultcode: `sf:${code}`, faultstring: `${code}: ${message}` });
  return envelope(500, fault, `${code}: ${message}`);
}

function envelope(status: number, body: string, says: string): Answer {
  const xml = `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="${ENVELOPE}" xmlns:sf="${METADATA}"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
  return { status, headers: { "Content-Type": "text/xml;charset=UTF-8" }, body: xml, says };
}

function write(name: string, content: Xml): string {
  if (isList(content)) return content.map((item) => write(name, item)).join("");
  return `<${name}>${typeof content === "object" ? writeAll(content) : escapeText(String(content))}</${name}>`;
}

function writeAll(elements: XmlElements): string {
  return Object.entries(elements)
    .map(([name, content]) => write(name, content))
    .join("");
}

function isList(content: Xml): content is readonly Xml[] {
  return Array.isArray(content);
}

function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => ENTITIES[mark] ?? mark);
}
