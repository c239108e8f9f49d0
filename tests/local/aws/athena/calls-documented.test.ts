import { describe, expect, it } from "vitest";
import { athenaOperations, type AthenaParts } from "../../../../src/local/aws/athena/operations";
import { readCallTable } from "../../../integration/conformance/docs-table";
import { readSteps } from "../../../integration/conformance/steps";

const registered = Object.keys(athenaOperations({} as AthenaParts)).sort();

describe("Athena's calls", () => {
  it("are those of the table in docs/topics/local-aws.md", () => {
    expect(
      readCallTable()
        .map(({ call }) => call)
        .sort(),
    ).toEqual(registered);
  });

  it("are all made by the conformance steps", () => {
    const made = new Set(readSteps().map(({ call }) => call));
    expect(registered.filter((call) => !made.has(call))).toEqual([]);
  });

  it("are said to be tested through the SDK, boto3 and the CLI", () => {
    for (const { call, clients } of readCallTable()) {
      expect(clients.slice(0, 3), call).toEqual(["SDK", "boto3", "CLI"]);
    }
  });
});
