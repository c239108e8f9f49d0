import { expect, it } from "vitest";
import { toJsonText } from "../../src/lib/json-text";

it.each([
  [{ a: 'say "x"', b: [1, null] }, '{"a":"say \\"x\\"","b":[1,null]}'],
  [
    { ids: [9007199254740993n, 1], of: { n: -2n } },
    '{"ids":["9007199254740993",1],"of":{"n":"-2"}}',
  ],
  [7n, '"7"'],
])("writes %s on one line, a bigint as its digits", (value, text) => {
  expect(toJsonText(value)).toBe(text);
});

it("refuses what is no JSON at all", () => {
  const round: Record<string, unknown> = {};
  round["self"] = round;
  expect(() => toJsonText(round)).toThrow(/circular/);
});
