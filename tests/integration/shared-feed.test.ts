import { expect, it } from "vitest";
import { systemEffects } from "../../src/lib/effects";
import { eventKey } from "../../src/lib/events/event";
import { produce } from "../../src/lib/produce";
import { simulatorDefaults, startSimulator } from "../../src/local/simulator/server";
import { freshSettings, readTopic } from "./stream-support";

it("polls a feed once, however many producers ask for it", async () => {
  const simulator = await startSimulator({
    ...simulatorDefaults,
    port: 0,
    now: () => new Date().getTime(),
  });
  try {
    const settings = { ...freshSettings("demoshare"), simulatorUrl: simulator.address };
    const stop = new AbortController();
    const notes: string[] = [];
    const effects = systemEffects({
      logger: {
        debug: () => undefined,
        info: (text) => notes.push(text),
        warn: () => undefined,
      },
    });
    const resident = produce(settings, { types: "all" }, systemEffects({ signal: stop.signal }));
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const guest = await produce(settings, { forMs: 4000, types: ["PushEvent"] }, effects);
    expect(notes.join("\n")).toContain("reads this feed already");
    expect(guest.produced).toBeGreaterThan(0);
    stop.abort();
    const whole = await resident;
    expect(guest.produced).toBeLessThanOrEqual(whole.produced);
    expect(guest.requests).toBeLessThan(whole.requests);
    const records = await readTopic(settings, settings.kafka.topic);
    expect(records).toHaveLength(whole.produced);
    const keys = records.map(({ value }) => {
      const { id, event_type: type } = JSON.parse(value) as { id: string; event_type: string };
      return eventKey({ id, type });
    });
    expect(new Set(keys).size).toBe(keys.length);
  } finally {
    await simulator.close();
  }
});
