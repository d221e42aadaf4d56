/** Cuts a stream into lines as its text arrives. */
export interface LineReader {
  /** The lines that this piece of text completes. */
  read(text: string): string[];
  /** What is left when the stream ends without a line end. */
  rest(): string[];
}

/** A reader whose lines end at LF, CR or CRLF, also where a CRLF arrives in two pieces. */
export function lineReader(): LineReader {
  let begun = "";
  let afterCarriageReturn = false;
  return {
    read: (text) => {
      const fresh = afterCarriageReturn && text.startsWith("\n") ? text.slice(1) : text;
      if (text !== "") afterCarriageReturn = text.endsWith("\r");
      const lines = (begun + fresh).split(/\r\n|\r|\n/);
      begun = lines.pop() ?? "";
      return lines;
    },
    rest: () => (begun === "" ? [] : [begun]),
  };
}
