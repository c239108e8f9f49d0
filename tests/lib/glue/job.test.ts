import { readdirSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { databaseHasTables } from "../../../src/lib/glue/catalog";
import { ensureJob, jobDefinition } from "../../../src/lib/glue/job";
import { readScripts } from "../../../src/lib/glue/scripts";
import { systemEffects } from "../../../src/lib/effects";
import { AwsFault, FakeAws, serveJob } from "./fake-aws";

let aws: FakeAws;
beforeEach(async () => {
  aws = new FakeAws();
  await aws.start();
});
afterEach(() => aws.stop());

describe("ensureJob", () => {
  it("uploads the script and creates the job, once", async () => {
    serveJob(aws, []);
    await ensureJob("etl", aws.settings());
    await ensureJob("etl", aws.settings());
    const python = readdirSync("glue").filter((name) => name.endsWith(".py"));
    const others = python.filter((name) => name !== "github_events_maintenance.py");
    expect(aws.uploads.map((key) => basename(key)).sort()).toEqual(others.sort());
    expect([aws.count("CreateJob"), aws.count("UpdateJob")]).toEqual([1, 0]);
    const created = aws.calls.find((call) => call.operation === "CreateJob")?.request;
    expect(created).toMatchObject({
      GlueVersion: "5.1",
      ExecutionProperty: { MaxConcurrentRuns: 1 },
      DefaultArguments: { "--datalake-formats": "iceberg" },
    });
    const { Command } = created as { Command: { ScriptLocation: string } };
    expect(aws.objects.get(Command.ScriptLocation.replace("s3://", ""))).toContain("def main(");
  });

  it("updates a job of another definition and keeps its role", async () => {
    serveJob(aws, []);
    aws.operations["GetJob"] = () => ({ Job: { Description: "older", Role: "arn:kept" } });
    await ensureJob("etl", aws.settings());
    const update = aws.calls.find((call) => call.operation === "UpdateJob")?.request;
    expect(update).toMatchObject({ JobUpdate: { Role: "arn:kept" } });
  });

  it("takes the job that another process made meanwhile", async () => {
    serveJob(aws, []);
    aws.operations["CreateJob"] = () => {
      throw new AwsFault("AlreadyExistsException", "made by another");
    };
    await expect(ensureJob("etl", aws.settings())).resolves.toBeUndefined();
  });

  it("asks for GLUE_ROLE where the job has to be made on AWS", async () => {
    serveJob(aws, []);
    const settings = aws.settings();
    settings.aws.local = false;
    await expect(ensureJob("etl", settings)).rejects.toMatchObject({ code: "CONFIG" });
  });

  it("says what AWS says when it refuses", async () => {
    serveJob(aws, []);
    aws.operations["CreateJob"] = () => {
      throw new AwsFault("AccessDeniedException", "not allowed to pass the role");
    };
    await expect(ensureJob("etl", aws.settings())).rejects.toMatchObject({
      code: "GLUE",
      message: "preparing the Glue job github_events_etl: not allowed to pass the role",
      hint: "the credentials in use lack a permission of Glue or S3",
    });
  });
});

describe("jobDefinition", () => {
  it("names another definition in its description when anything changes", () => {
    const settings = aws.settings();
    const scripts = { scriptLocation: "s3://p/a.py", extraPyFiles: "s3://p/b.py" };
    const first = jobDefinition("etl", settings, scripts, "role");
    expect(jobDefinition("etl", settings, scripts, "role")).toEqual(first);
    const other = jobDefinition(
      "etl",
      settings,
      { ...scripts, scriptLocation: "s3://p/c.py" },
      "role",
    );
    expect(other.Description).not.toBe(first.Description);
  });

  it("puts every setting of Spark into the one --conf", () => {
    const scripts = { scriptLocation: "s3://p/a.py", extraPyFiles: "" };
    const { DefaultArguments } = jobDefinition("etl", aws.settings(), scripts, "role");
    const settings = (DefaultArguments?.["--conf"] ?? "").split(" --conf ");
    expect(settings).toHaveLength(5);
    expect(settings.every((setting) => /^spark\.sql\.[^\s=]+=\S+$/.test(setting))).toBe(true);
  });
});

describe("readScripts", () => {
  it("gives changed content a place of its own", async () => {
    const dir = await mkdtemp(join(tmpdir(), "scripts-"));
    const files = ["github_events_etl.py", "github_events_maintenance.py", "lake.py", "tables.py"];
    const write = (text: string): Promise<unknown> =>
      Promise.all(files.map((name) => writeFile(join(dir, name), text)));
    await write("a");
    const first = await readScripts("etl", "b", dir);
    await write("c");
    const second = await readScripts("etl", "b", dir);
    expect(first.scriptLocation).toMatch(
      /^s3:\/\/b\/glue\/scripts\/[0-9a-f]{16}\/github_events_etl\.py$/,
    );
    expect(second.scriptLocation).not.toBe(first.scriptLocation);
    expect(first.extraPyFiles.split(",")).toHaveLength(2);
  });

  it("gives each job its own file and the modules, not the other job's", async () => {
    const dir = await mkdtemp(join(tmpdir(), "scripts-"));
    for (const name of ["github_events_etl.py", "github_events_maintenance.py", "lake.py", "x.txt"])
      await writeFile(join(dir, name), name);
    const names = async (kind: "etl" | "maintenance"): Promise<string[]> =>
      (await readScripts(kind, "b", dir)).files.map(({ key }) => basename(key));
    expect(await names("etl")).toEqual(["github_events_etl.py", "lake.py"]);
    expect(await names("maintenance")).toEqual(["github_events_maintenance.py", "lake.py"]);
  });

  it("names the file that is missing", async () => {
    await expect(readScripts("etl", "b", "/nowhere")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("databaseHasTables", () => {
  it.each([
    [true, () => ({ Table: { Name: "github_events" } })],
    [
      false,
      (): never => {
        throw new AwsFault("EntityNotFoundException", "no such table");
      },
    ],
  ])("answers %s", async (expected, answer) => {
    aws.operations = { GetTable: answer };
    expect(await databaseHasTables(aws.settings(), systemEffects())).toBe(expected);
  });
});
