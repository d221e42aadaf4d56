import assert from "node:assert/strict";
import test from "node:test";
import { outputEvents, stderrFirst } from "./output-events.ts";

function twoBatches() {
  const events = outputEvents();
  events.add("stdout", ["1", "2"]);
  events.add("stderr", ["3"]);
  events.add("stdout", ["4"]);
  events.endBatch();
  events.add("stdout", ["5"]);
  events.add("stderr", ["6"]);
  events.endBatch();
  return events.taken;
}

const order = (events: ReturnType<typeof twoBatches>) => events.map(({ line }) => line).join("");

test("withTimeout a batch stderr comes first, and each stream keeps its order", () => {
  assert.equal(order(twoBatches()), "312465");
});

test("at worst all of stderr comes first", () => {
  assert.equal(order(stderrFirst(twoBatches())), "361245");
});
