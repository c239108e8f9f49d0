import { Octokit } from "@octokit/rest";
import { describe, expect, it } from "vitest";
import { SimulatedApi } from "../../../src/local/simulator/api";
import { parseFaults } from "../../../src/local/simulator/faults";
import { type ApiOptions, firehoseDefaults } from "../../../src/local/simulator/options";
import { simulatedFetch } from "../../../src/local/simulator/virtual-fetch";
import { VirtualTime } from "../../lib/support/virtual-time";

const address = "http://simulated";

function make(
  options: Partial<ApiOptions> = {},
  networkMs = 0,
): { time: VirtualTime; api: SimulatedApi; ask: typeof fetch } {
  const time = new VirtualTime();
  const api = new SimulatedApi({ ...firehoseDefaults, ...options }, time.nowMs);
  return { time, api, ask: simulatedFetch(api, time.effects(), networkMs) };
}

describe("simulatedFetch", () => {
  it("serves octokit in virtual time", async () => {
    const { time, api, ask } = make({ latencyMs: 300 }, 200);
    const octokit = new Octokit({ baseUrl: address, auth: "abc", request: { fetch: ask } });
    const startMs = time.nowMs;
    const { data, headers } = await octokit.request("GET /events", { per_page: 100, page: 2 });
    expect(data).toHaveLength(100);
    expect(headers["x-ratelimit-limit"]).toBe("5000");
    expect(headers.link).toContain(`<${address}/events?per_page=100&page=3>`);
    expect(time.nowMs - startMs).toBe(500);
    const again = octokit.request("GET /events", {
      ...{ per_page: 100, page: 2 },
      headers: { "if-none-match": headers.etag },
    });
    // Half a second later everything is new.
    await expect(again).resolves.toMatchObject({ status: 200 });
    expect(api.client("abc").total).toBe(2);
  });

  it.each([
    ["reset", "ECONNRESET"],
    ["hang=60000", "ECONNRESET"],
  ])("throws as fetch does on %s", async (kind, code) => {
    const { ask } = make({ faults: parseFaults(`1:${kind}`) });
    await expect(ask(`${address}/events`)).rejects.toMatchObject({ cause: { code } });
  });

  it("breaks off in the body where the connection is cut", async () => {
    const { ask } = make({ faults: parseFaults("1:cut") });
    const response = await ask(`${address}/events`);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow(TypeError);
  });

  it("waits no longer than its caller", async () => {
    const { time, ask } = make({ faults: parseFaults("1:hang") });
    const stop = new AbortController();
    void time
      .effects()
      .sleep(500)
      .then(() => stop.abort());
    const startMs = time.nowMs;
    await expect(ask(`${address}/events`, { signal: stop.signal })).rejects.toThrow("abort");
    expect(time.nowMs - startMs).toBe(500);
  });

  it("tells when a request began, so that what was under way is no violation", async () => {
    const { api, time, ask } = make({ requestLimit: 1 }, 50);
    const first = ask(`${address}/events`);
    await time.effects().sleep(30);
    await Promise.all([first, ask(`${address}/events`)]);
    expect(api.violations).toEqual([]);
    await ask(`${address}/events`);
    expect(api.violations).toHaveLength(1);
  });
});
