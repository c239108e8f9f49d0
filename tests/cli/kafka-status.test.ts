import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { formatLags, readKafkaStatus } from "../../src/cli/kafka-status";
import { loadSettings } from "../../src/lib/config/load";
import { systemEffects } from "../../src/lib/effects";

let server: Server | undefined;
afterEach(() => server?.close());

it("does not wait for a broker that takes the connection and never answers", async () => {
  const listening = createServer();
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const { port } = listening.address() as AddressInfo;
  const settings = loadSettings({ env: { KAFKA_BROKERS: `127.0.0.1:${port}` }, cwd: "/" });
  const startedMs = performance.now();
  const status = await readKafkaStatus(settings, systemEffects());
  expect(performance.now() - startedMs).toBeLessThan(3000);
  expect(formatLags(status)).toMatch(/^lag: not known: .* did not answer within 2 s$/);
});

it("is a table a group: committed, end, lag and who reads", () => {
  const text = formatLags({
    lag: 3,
    topics: [
      {
        ...{ topic: "github-events", group: "workbench-s3", state: "Stable", lag: 3 },
        members: [{ id: "client-1", host: "127.0.0.1", partitions: [0] }],
        partitions: [
          { partition: 0, committed: 10, end: 12, lag: 2 },
          { partition: 1, committed: null, end: 1, lag: 1 },
        ],
      },
    ],
  });
  expect(text.split("\n")).toEqual([
    "lag 3",
    "",
    "github-events  group workbench-s3 (Stable, 1 member)  lag 3",
    "  partition  committed  end  lag  member",
    "  0          10         12   2    client-1",
    "  1          -          1    1    -",
  ]);
});
