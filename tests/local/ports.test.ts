import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { choosePort, isPortFree, readPorts, writePorts } from "../../src/local/ports";

const allFree = (): Promise<boolean> => Promise.resolve(true);

describe("choosePort", () => {
  it.each([
    { busy: [], taken: [], want: 9092 },
    { busy: [9092, 9093], taken: [], want: 9094 },
    { busy: [9093], taken: [9092], want: 9094 },
  ])("busy $busy, given away $taken: $want", async ({ busy, taken, want }) => {
    const isFree = (port: number): Promise<boolean> => Promise.resolve(!busy.includes(port));
    expect(await choosePort(9092, new Set(taken), isFree)).toBe(want);
  });

  it("stays below the ports of outgoing connections", async () => {
    expect(await choosePort(32_767, new Set(), allFree)).toBe(32_767);
    await expect(choosePort(32_768, new Set(), allFree)).rejects.toMatchObject({ code: "ENGINE" });
  });
});

describe("isPortFree", () => {
  it.each(["127.0.0.1", "0.0.0.0"])("sees a listener on %s", async (host) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const { port } = server.address() as AddressInfo;
    expect(await isPortFree(port)).toBe(false);
    await new Promise((resolve) => server.close(resolve));
    expect(await isPortFree(port)).toBe(true);
  });
});

describe("the memory of ports", () => {
  it("comes back as written, and is empty where it is missing or broken", () => {
    const home = mkdtempSync(join(tmpdir(), "ports-"));
    expect(readPorts(home)).toEqual({});
    writePorts(home, { kafka: 9092 });
    expect(readPorts(home)).toEqual({ kafka: 9092 });
    writeFileSync(join(home, "ports.json"), '{"kafka": "9092"}');
    expect(readPorts(home)).toEqual({});
    rmSync(home, { recursive: true });
  });
});
