import { describe, expect, it } from "vitest";
import { type CommandLine, readCommandLine } from "../../../src/local/simulator/command-line";
import { type ApiOptions, firehoseDefaults } from "../../../src/local/simulator/options";

function read(text: string): Exclude<CommandLine, { help: string }> {
  const asked = readCommandLine(text.split(" ").filter((word) => word !== ""));
  if ("help" in asked) throw new Error("help was not asked for");
  return asked;
}

describe("readCommandLine", () => {
  it("is the fast world where nothing is said", () => {
    const { port, api } = read("");
    expect(port).toBe(8790);
    expect(api).toMatchObject({ mode: "timeline", rate: 150, requestLimit: 100_000 });
    expect(api).toMatchObject({ secondary: undefined, faults: undefined });
  });

  it.each<[string, Partial<ApiOptions>]>([
    ["--mode firehose", firehoseDefaults],
    ["--mode firehose --rate 260.5 --seed 7", { rate: 260.5, seed: 7 }],
    ["--limit 10 --token-limit 20", { requestLimit: 10, tokenLimit: 20 }],
    ["--limit-window 60 --poll-interval 0", { limitWindowMs: 60_000, pollIntervalSeconds: 0 }],
    ["--bad-token a --bad-token b", { badTokens: { a: 0, b: 0 } }],
    ["--latency 40 --faults 5:cut", { latencyMs: 40, faults: { every: 5, faults: [cut()] } }],
    ["--secondary-limit 5", { secondary: secondary(5) }],
    ["--mode firehose --secondary-limit 0", { secondary: undefined }],
    ["--visibility 0 --late-share 0.5", { visibilityMs: 0, lateShare: 0.5 }],
  ])("reads %s", (text, options) => expect(read(text).api).toMatchObject(options));

  it.each([
    ["--mode fast", '--mode is "fast", neither timeline nor firehose'],
    ["--rate many", '--rate is "many", not a number from 0'],
    ["--rate 0", "--rate is 0"],
    ["--rate -1", "--rate"],
    ["--port 70000", '--port is "70000", not a number from 0 to 65535'],
    ["--late-share 2", '--late-share is "2", not a number from 0 to 1'],
    ["--limit-window 0", "--limit-window"],
    ["--faults 5:oops", '--faults "oops" is no fault'],
    ["--speeed 3", "--help lists the options"],
    ["here", "--help lists the options"],
  ])("refuses %s, saying why", (text, reason) => {
    expect(() => read(text)).toThrow(RangeError);
    expect(() => read(text)).toThrow(reason);
  });

  it("tells every option it knows", () => {
    const asked = readCommandLine(["--help"]);
    const help = "help" in asked ? asked.help : "";
    for (const name of ["mode", "rate", "seed", "limit", "token-limit", "faults", "latency"]) {
      expect(help).toContain(`--${name} `);
    }
    expect(help).toContain("invented");
  });
});

function cut(): { kind: "cut"; value: number } {
  return { kind: "cut", value: 0 };
}

function secondary(requestsPerMinute: number): ApiOptions["secondary"] {
  return { requestsPerMinute, concurrent: 100, retryAfterSeconds: 60 };
}
