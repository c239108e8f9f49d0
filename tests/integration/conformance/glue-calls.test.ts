/** The same calls of Glue through the AWS SDK v3 and boto3, at one endpoint. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as sdk from "@aws-sdk/client-glue";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSettings } from "../../../src/lib/config/load";
import { homePaths } from "../../../src/local/home";
import { clientOptions } from "../local-aws-client";

/** One call with what is expected of its answer; the same for every client. */
interface Step {
  call: string;
  input?: unknown;
  /** Path of a state: the call is repeated until it is a last one. */
  until?: string;
  /** By path: a value, `*` for any, `~pattern`; null for nothing. */
  expect?: Record<string, unknown>;
  /** The refusal that is expected, a pattern of its name and words. */
  error?: string;
  save?: Record<string, string>;
}

const file = join(__dirname, "glue-calls.json");
const steps = JSON.parse(readFileSync(file, "utf8")) as Step[];
const titles = steps.map(({ call, error }, number): [string, number] => [
  `${number + 1} ${call}${error === undefined ? "" : " refuses"}`,
  number,
]);
const stamp = Date.now().toString(36);
const last = ["SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT"];

function fill(value: unknown, known: Readonly<Record<string, string>>): unknown {
  const text = Object.entries(known).reduce(
    (whole, [name, found]) => whole.replaceAll(`$${name}`, found),
    JSON.stringify(value),
  );
  return JSON.parse(text);
}

function at(answer: unknown, path: string): unknown {
  const parts = path.split(".");
  return parts.reduce<unknown>(
    (seen, part) => (seen as Record<string, unknown> | undefined)?.[part],
    answer,
  );
}

describe("the AWS SDK v3", () => {
  let client: sdk.GlueClient;
  const known: Record<string, string> = { run: `sdk_${stamp}` };
  beforeAll(() => {
    const { aws, processedBucket } = loadSettings();
    client = new sdk.GlueClient(clientOptions(aws.endpointUrl));
    known["bucket"] = processedBucket;
  });
  afterAll(() => client.destroy());

  it.each(titles)("%s", async (_, number) => {
    const step = steps[number];
    const commands = sdk as unknown as Record<string, new (input: unknown) => never>;
    const Command = commands[`${step?.call ?? ""}Command`];
    if (step === undefined || Command === undefined) throw new Error("the SDK has no such call");
    const send = (): Promise<unknown> => client.send(new Command(fill(step.input ?? {}, known)));
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
      else if (typeof wanted === "string" && wanted.startsWith("~")) {
        expect(seen, path).toMatch(new RegExp(wanted.slice(1)));
      } else expect(seen, path).toEqual(wanted);
    }
    for (const [name, path] of Object.entries(step.save ?? {})) {
      known[name] = String(at(answer, path));
    }
  });
});

describe("boto3", () => {
  let seen: (string | null)[] = [];
  beforeAll(async () => {
    const { home, aws, processedBucket } = loadSettings();
    const python = join(homePaths(home).venv, "bin", "python");
    const env = {
      PATH: process.env["PATH"],
      AWS_ACCESS_KEY_ID: "workbench",
      AWS_SECRET_ACCESS_KEY: "workbench",
      AWS_DEFAULT_REGION: aws.region,
      AWS_ENDPOINT_URL: aws.endpointUrl,
    };
    const args = [join(__dirname, "glue_calls.py"), file, `boto3_${stamp}`, processedBucket];
    const text = await new Promise<string>((resolve, reject) => {
      execFile(python, args, { env }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(stderr.slice(-2000)));
      });
    });
    seen = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as string | null);
  });

  it.each(titles)("%s", (_, number) => {
    expect(seen[number]).toBeNull();
  });
});
