import { describe, expect, it } from "vitest";
import { type Console, openConsole } from "../../src/cli/console";
import { type LogFormat, type LogLevel, readLogOptions } from "../../src/cli/log-options";
import { Redactor } from "../../src/cli/redact";
import { WorkbenchError } from "../../src/lib/errors";

interface Opened {
  console: Console;
  lines: string[];
  json: () => Record<string, unknown>[];
  pass: (ms: number) => void;
}

function open(format: LogFormat, level: LogLevel = "info", redactor = new Redactor()): Opened {
  const lines: string[] = [];
  let nowMs = 0;
  const stream = {
    isTTY: false,
    columns: 80,
    write: (text: string) => lines.push(text) > 0,
  };
  const console = openConsole(stream, { format, level }, redactor, () => nowMs);
  return {
    console,
    lines,
    json: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    pass: (ms: number) => (nowMs += ms),
  };
}

function secretsOf(token: string): Redactor {
  const redactor = new Redactor();
  redactor.learn({
    github: { apiUrl: "", tokens: [token], archiveUrl: "" },
    kafka: {
      ...{ brokers: [], topic: "t", group: "g", ssl: false, partitions: 1, replication: 1 },
      sasl: { mechanism: "plain", username: "u", password: 'pass"word' },
    },
    aws: { local: true, region: "r", endpointUrl: undefined },
  });
  return redactor;
}

describe("text", () => {
  it("is as it was: a word, the message, its fields", () => {
    const { console, lines } = open("text", "debug");
    console.logger.debug("writer", { topic: "t", partition: 3, state: "idle" });
    console.logger.info("landed", { key: "a b", list: [1] });
    console.logger.warn("slow");
    console.workerLogger(2).warn("slow");
    expect(lines).toEqual([
      "debug: writer topic=t partition=3 state=idle\n",
      "landed key=a b list=[1]\n",
      "warning: slow\n",
      "[2] warning: slow\n",
    ]);
  });

  it("says no more than is wanted", () => {
    const { console, lines } = open("text", "warn");
    console.logger.info("a");
    console.logger.warn("b", { error: new Error("why"), offset: 5n });
    expect(lines).toEqual(['warning: b error="why" offset=5\n']);
    expect(readLogOptions({}, {})).toEqual({ format: "text", level: "info" });
    expect(readLogOptions({}, { WORKBENCH_DEBUG: "1" }).level).toBe("debug");
    expect(readLogOptions({ logLevel: "warn" }, { WORKBENCH_DEBUG: "1" }).level).toBe("warn");
  });

  it("lets nothing from outside steer the terminal", () => {
    const { console, lines } = open("text");
    console.logger.warn("dead letter: \u001b[31mred\u0007");
    expect(lines).toEqual(["warning: dead letter: \\x1b[31mred\\x07\n"]);
  });
});

describe("JSON", () => {
  it("has level, time and message, and the fields as they were given", () => {
    const { console, json } = open("json");
    console.logger.info("landed", { topic: "t", offset: 5n, nested: { a: [1n] } });
    console.logger.debug("unseen");
    console.workerLogger(2).warn("slow");
    expect(json()).toEqual([
      {
        ...{ level: "info", message: "landed", topic: "t", offset: "5", nested: { a: ["1"] } },
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      },
      { level: "warn", message: "slow", worker: 2, time: expect.anything() as string },
    ]);
  });

  it("writes errors with what they carry, and the error a command ends with", () => {
    const { console, json } = open("json");
    const cause = new Error("refused");
    const error = new WorkbenchError("KAFKA", "no Kafka", { hint: "start it", cause });
    console.logger.warn("again", { error });
    console.fail(error, error);
    const carried = {
      ...{ code: "KAFKA", message: "no Kafka", hint: "start it", retryable: false },
      cause: { name: "Error", message: "refused" },
    };
    expect(json()[0]).toMatchObject({ level: "warn", message: "again", error: carried });
    expect(json()[1]).toMatchObject({ level: "error", message: "no Kafka", error: carried });
  });

  it("writes progress at most once a second, and how it ended", () => {
    const { console, json, pass } = open("json");
    for (let events = 0; events < 100; events += 1) {
      console.progress.update({ step: "produce", state: "polling", figures: { events } });
      pass(30);
    }
    console.progress.update({ step: "produce", state: "done" });
    console.progress.finish();
    const told = json().map(({ progress }) => progress) as { state: string }[];
    expect(told).toHaveLength(4);
    expect(told.at(-1)).toEqual({ step: "produce", state: "done" });
  });
});

it.each(["text", "json"] as const)("writes no secret, as %s", (format) => {
  const token = "ghp_0123456789";
  const { console, lines } = open(format, "debug", secretsOf(token));
  console.logger.info(`asking with ${token}`, { url: `https://u:pass"word@h/${token}` });
  console.logger.info("login", { error: new Error(`pass"word was refused for ${token}`) });
  console.fail(new WorkbenchError("KAFKA", `no: ${token}`, { cause: new Error(token) }), undefined);
  const text = lines.join("");
  expect(text).toContain("***");
  expect(text).not.toContain(token);
  expect(text).not.toMatch(/pass\\*"word/);
});

it("hides a field that is called a secret, in JSON", () => {
  const { console, json } = open("json");
  console.logger.info("m", { headers: { Authorization: "Bearer abc" }, tokensLeft: 2 });
  expect(json()[0]).toMatchObject({ headers: { Authorization: "***" }, tokensLeft: 2 });
});
