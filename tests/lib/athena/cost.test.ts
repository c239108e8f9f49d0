import { expect, it } from "vitest";
import { queryCostUsd } from "../../../src/lib/athena/cost";

const megabyte = 2 ** 20;

it.each([
  ["a terabyte", { dataScannedBytes: 2 ** 40, statementType: "DML", reused: false }, 5],
  [
    "the 10 MB minimum",
    { dataScannedBytes: 1, statementType: "DML", reused: false },
    (5 * 10) / megabyte,
  ],
  [
    "a begun megabyte",
    { dataScannedBytes: 20 * megabyte + 1, statementType: "DML", reused: false },
    (5 * 21) / megabyte,
  ],
  ["DDL", { dataScannedBytes: 0, statementType: "DDL", reused: false }, 0],
  ["a utility statement", { dataScannedBytes: 0, statementType: "UTILITY", reused: false }, 0],
  ["a reused result", { dataScannedBytes: 2 ** 40, statementType: "DML", reused: true }, 0],
])("%s", (_, query, usd) => {
  expect(queryCostUsd(query)).toBeCloseTo(usd, 12);
});
