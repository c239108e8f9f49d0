/** The same calls of Athena through the AWS SDK v3, boto3 and the AWS CLI, at one endpoint. */
import * as sdk from "@aws-sdk/client-athena";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSettings } from "../../../src/lib/config/load";
import { clientOptions } from "../local-aws-client";
import { conformanceFile, runClient } from "./clients";
import { at, fill, readSteps, stepTitles } from "./steps";

const steps = readSteps();
const stamp = Date.now().toString(36);
const last = ["SUCCEEDED", "FAILED", "CANCELLED"];

function outputOf(client: string): string {
  return `s3://${loadSettings().processedBucket}/conformance-${client}-${stamp}/`;
}

describe("the AWS SDK v3", () => {
  let client: sdk.AthenaClient;
  const known: Record<string, string> = { run: `sdk_${stamp}`, output: outputOf("sdk") };
  beforeAll(() => {
    client = new sdk.AthenaClient(clientOptions(loadSettings().aws.endpointUrl));
  });
  afterAll(() => client.destroy());

  it.each(stepTitles(steps))("%s", async (_, number) => {
    const step = steps[number];
    if (step === undefined) throw new Error(`no step ${number}`);
    const input = fill(step.input ?? {}, known);
    const send = async (): Promise<unknown> => {
      const commands = sdk as unknown as Record<string, new (input: unknown) => never>;
      const Command = commands[`${step.call}Command`];
      if (Command === undefined) throw new Error(`the SDK has no ${step.call}`);
      return client.send(new Command(input));
    };
    if (step.error !== undefined) {
      const error = await send().then(
        (answer) => new Error(`not refused: ${JSON.stringify(answer)}`),
        (refusal: unknown) => refusal as Error,
      );
      expect(`${error.name} ${error.message}`).toMatch(new RegExp(step.error));
      return;
    }
    let answer = await send();
    while (step.until !== undefined && !last.includes(String(at(answer, step.until)))) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      answer = await send();
    }
    for (const [path, expected] of Object.entries(step.expect ?? {})) {
      const seen = at(answer, path) ?? null;
      const wanted = fill(expected, known);
      if (wanted === "*") expect(seen, path).not.toBeNull();
      else if (typeof wanted === "string" && wanted.startsWith("~"))
        expect(seen, path).toMatch(new RegExp(wanted.slice(1)));
      else expect(seen, path).toEqual(wanted);
    }
    for (const [name, path] of Object.entries(step.save ?? {}))
      known[name] = String(at(answer, path));
  });
});

describe.each(["boto3", "cli"])("%s", (client) => {
  let seen: (string | null)[] = [];
  beforeAll(async () => {
    const run = `${client}_${stamp}`;
    const file = conformanceFile("athena-calls.json");
    const text = await runClient("athena_calls.py", client, file, run, outputOf(client));
    seen = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as string | null);
  });

  it.each(stepTitles(steps))("%s", (_, number) => {
    expect(seen[number]).toBeNull();
  });
});
