import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { installOnce, isInstalled } from "../../../src/local/setup/installation";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "installation-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const engine = (version: string): { title: string; folder: string; pins: string[] } => ({
  title: "an engine",
  folder: join(dir, "engine"),
  pins: [`engine:${version}`],
});
const write =
  (text: string) =>
  (folder: string): Promise<void> => {
    writeFileSync(join(folder, "file"), text);
    return Promise.resolve();
  };
const content = (): string => readFileSync(join(dir, "engine", "file"), "utf8");

it("installs once, and again when a pin has changed", async () => {
  expect(await installOnce(engine("1"), write("one"))).toBe(true);
  expect(await installOnce(engine("1"), write("never"))).toBe(false);
  expect(content()).toBe("one");
  expect(isInstalled(engine("2"))).toBe(false);
  expect(await installOnce(engine("2"), write("two"))).toBe(true);
  expect(content()).toBe("two");
  expect(readdirSync(dir)).toEqual(["engine"]);
});

it("keeps what was there when making the new one fails", async () => {
  await installOnce(engine("1"), write("one"));
  const fail = (folder: string): Promise<void> => {
    writeFileSync(join(folder, "file"), "half");
    return Promise.reject(new Error("the network went away"));
  };
  await expect(installOnce(engine("2"), fail)).rejects.toThrow("the network went away");
  expect(content()).toBe("one");
  expect(isInstalled(engine("1"))).toBe(true);
});

it("does not take for complete what an interruption has left", async () => {
  mkdirSync(join(dir, "engine.new"), { recursive: true });
  writeFileSync(join(dir, "engine.new", "stale"), "half");
  mkdirSync(join(dir, "engine"));
  writeFileSync(join(dir, "engine", "file"), "without a stamp");
  expect(isInstalled(engine("1"))).toBe(false);
  expect(await installOnce(engine("1"), write("whole"))).toBe(true);
  expect(content()).toBe("whole");
  expect(existsSync(join(dir, "engine", "stale"))).toBe(false);
});
