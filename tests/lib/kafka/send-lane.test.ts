import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutgoingRecord } from "../../../src/lib/kafka/producer";
import { SendLane } from "../../../src/lib/kafka/send-lane";
import { VirtualTime } from "../support/virtual-time";

function record(value: string): OutgoingRecord {
  return { key: "k", value, timestampMs: 0 };
}

describe("SendLane", () => {
  it("keeps the order, has one send in flight and gives every byte back", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(400_000), fc.nat(3)), { maxLength: 60 }),
        async (records) => {
          const effects = new VirtualTime().effects();
          const sent: string[] = [];
          let inFlight = 0;
          let bytes = 0;
          const lane = new SendLane(
            effects,
            async (batch) => {
              inFlight += 1;
              expect(inFlight).toBe(1);
              await effects.sleep(5);
              sent.push(...batch.map(({ record: { value } }) => String(value).slice(0, 8)));
              inFlight -= 1;
            },
            (done) => (bytes -= done),
          );
          const names = records.map((_, index) => String(index).padStart(8, "0"));
          for (const [index, [size, pauseMs]] of records.entries()) {
            bytes += lane.add(record((names[index] ?? "") + "x".repeat(size)));
            if (pauseMs > 0) await effects.sleep(pauseMs * 3);
          }
          await lane.idle();
          expect(sent).toEqual(names);
          expect(bytes).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("gathers what comes together into one send", async () => {
    const batches: number[] = [];
    const lane = new SendLane(
      new VirtualTime().effects(),
      (batch) => {
        batches.push(batch.length);
        return Promise.resolve();
      },
      () => undefined,
    );
    for (let index = 0; index < 500; index += 1) lane.add(record("x"));
    await lane.idle();
    expect(batches).toEqual([500]);
  });
});
