import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemEffects } from "../../../src/lib/effects";
import { createEnrichmentClient } from "../../../src/lib/enrichment/client";
import { Enricher } from "../../../src/lib/enrichment/enricher";
import type { EnrichmentMessage } from "../../../src/lib/events/side-message";
import { commit, pull, push } from "./events";

let server: Server;
let api: string;
let asked: string[];
/** By path: status and body; a body cut off where the length is wrong. */
let answers: Record<string, { status?: number; body: string; length?: number }>;

beforeEach(async () => {
  asked = [];
  answers = {};
  server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? "/", "http://x");
    asked.push(`${pathname}${search} ${request.headers.authorization ?? "no token"}`);
    const { status = 200, body, length } = answers[pathname] ?? { status: 404, body: "{}" };
    response.writeHead(status, {
      "content-type": "application/json",
      ...(length === undefined ? {} : { "content-length": length }),
    });
    response.write(body);
    if (length === undefined) response.end();
    else setTimeout(() => response.destroy(), 5);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const compare = `/repos/octo/cat/compare/${commit(3)}...${commit(4)}`;

describe("createEnrichmentClient", () => {
  it("asks the endpoints of single pushes and pull requests", async () => {
    answers[compare] = { body: '{"total_commits": 12}' };
    answers["/repos/octo/cat/pulls/3"] = {
      body: '{"id": 900, "created_at": "2026-11-01T00:00:00Z"}',
    };
    const messages: EnrichmentMessage[] = [];
    const enricher = new Enricher(
      {
        ask: await createEnrichmentClient(`${api}/`, "t0k3n"),
        budget: { tryTake: () => true },
        emit: (message) => {
          messages.push(message);
        },
        source: "github",
        api,
      },
      systemEffects(),
    );
    enricher.offer(push(1));
    enricher.offer(pull(2, "merged", 900));
    enricher.offer(pull(3, "closed", 901, { number: 4 }));
    enricher.close(10_000);
    expect(await enricher.run()).toMatchObject({ requests: 3, learnt: 3, gone: 1 });
    expect(messages.map(({ commits, opened_at, status }) => [commits, opened_at, status])).toEqual([
      [12, null, "ok"],
      [null, "2026-11-01T00:00:00Z", "ok"],
      [null, null, "gone"],
    ]);
    expect(asked).toEqual([
      `${compare}?per_page=1&page=2 token t0k3n`,
      "/repos/octo/cat/pulls/3 token t0k3n",
      "/repos/octo/cat/pulls/3 token t0k3n",
    ]);
  });

  it.each([
    ["a status", { status: 502, body: "<html>" }, { status: 502 }],
    ["a body cut off", { body: '{"total_', length: 500 }, { status: 0 }],
  ])("answers with %s, and never throws", async (_, answer, expected) => {
    answers[compare] = answer;
    const ask = await createEnrichmentClient(api);
    const question = {
      kind: "push_commits" as const,
      owner: "octo",
      repo: "cat",
      base: commit(3),
      head: commit(4),
    };
    expect(await ask(question, systemEffects())).toMatchObject(expected);
    expect(asked).toEqual([`${compare}?per_page=1&page=2 no token`]);
  });
});
