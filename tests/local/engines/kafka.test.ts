import { expect, it } from "vitest";
import { kafkaProperties } from "../../../src/local/engines/kafka";

it("listens on loopback only, and keeps no topic with more copies than there are brokers", () => {
  const properties = kafkaProperties({ ports: { kafka: 9192, "kafka-controller": 9193 } }, "/log");
  expect(properties).toMatchObject({
    listeners: "PLAINTEXT://127.0.0.1:9192,CONTROLLER://127.0.0.1:9193",
    "advertised.listeners": "PLAINTEXT://127.0.0.1:9192",
    "controller.quorum.voters": "1@127.0.0.1:9193",
    "auto.create.topics.enable": "false",
    "log.dirs": "/log",
  });
  const factors = Object.entries(properties).filter(([name]) => /replica|isr/.test(name));
  expect(factors.map(([, value]) => value)).toEqual(factors.map(() => "1"));
  expect(factors.length).toBe(7);
});
