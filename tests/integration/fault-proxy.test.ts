/** Each fault of the proxy is the fault it says, seen from both sides: the client's and the bucket's. */
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { s3ClientConfig } from "../../src/lib/aws";
import type { Settings } from "../../src/lib/config/settings";
import { type FaultKind, type FaultProxy, startFaultProxy } from "./fault-proxy";
import { rawPath } from "./landing-support";
import { freshSettings } from "./stream-support";

let settings: Settings;
let proxy: FaultProxy;
let client: S3Client;

beforeAll(async () => {
  settings = freshSettings("faults");
  client = new S3Client(s3ClientConfig(settings));
  proxy = await startFaultProxy(settings.aws.endpointUrl ?? "", rawPath(settings));
});
afterAll(async () => {
  client.destroy();
  await proxy.close();
});

interface Heard {
  /** The status, or the code of the error. */
  answer: number | string;
  ms: number;
}

function put(name: string, content = "x".repeat(5000)): Promise<Heard> {
  const startedMs = Date.now();
  return new Promise((resolve) => {
    const hear = (answer: number | string): void => resolve({ answer, ms: Date.now() - startedMs });
    const outgoing = request(`${proxy.address}${rawPath(settings)}ingest_date=2026-01-31/${name}`, {
      method: "PUT",
      headers: { "if-none-match": "*", "content-length": content.length },
    });
    outgoing.on("response", (answer) => {
      answer.resume().on("close", () => hear(answer.complete ? (answer.statusCode ?? 0) : "half"));
    });
    outgoing.on("error", (error: NodeJS.ErrnoException) => hear(error.code ?? ""));
    outgoing.end(content);
  });
}

async function sizeOf(name: string): Promise<number | undefined> {
  const Key = `${settings.raw.prefix}ingest_date=2026-01-31/${name}`;
  try {
    const found = await client.send(new HeadObjectCommand({ Bucket: settings.raw.bucket, Key }));
    return found.ContentLength;
  } catch {
    return undefined;
  }
}

describe("a write through the fault proxy", () => {
  it.each<{ kind: FaultKind; answer: number | string; stored: boolean; leastMs?: number }>([
    { kind: "500", answer: 500, stored: false },
    { kind: "503", answer: 503, stored: false },
    { kind: "409", answer: 409, stored: false },
    { kind: "500-after", answer: 500, stored: true },
    { kind: "slow", answer: 200, stored: true, leastMs: 300 },
    { kind: "delayed", answer: 200, stored: true, leastMs: 300 },
    { kind: "reset-before", answer: "ECONNRESET", stored: false },
    { kind: "reset-after", answer: "ECONNRESET", stored: true },
    { kind: "cut", answer: "ECONNRESET", stored: false },
  ])("$kind", async ({ kind, answer, stored, leastMs = 0 }) => {
    proxy.script = () => ({ kind, ms: 400 });
    const heard = await put(kind);
    expect(heard.answer).toBe(answer);
    expect(heard.ms).toBeGreaterThanOrEqual(leastMs);
    expect(await sizeOf(kind)).toBe(stored ? 5000 : undefined);
    proxy.script = () => undefined;
    // What is there stays; what is not can be written.
    expect((await put(kind, "y")).answer).toBe(stored ? 412 : 200);
    expect(await sizeOf(kind)).toBe(stored ? 5000 : 1);
  });

  it("late: after the client has given up, and not over what came before", async () => {
    proxy.script = () => ({ kind: "late", ms: 300 });
    expect((await put("late")).answer).toBe("ECONNRESET");
    expect(await sizeOf("late")).toBe(undefined);
    await expect.poll(() => sizeOf("late")).toBe(5000);
    expect((await put("late-2")).answer).toBe("ECONNRESET");
    proxy.script = () => undefined;
    expect((await put("late-2", "y")).answer).toBe(200);
    await sleep(500);
    expect(await sizeOf("late-2")).toBe(1);
  });

  it("held: before S3 sees it, or before the client hears of it", async () => {
    for (const [point, stored] of [
      ["request", undefined],
      ["answer", 5000],
    ] as const) {
      const [holding, heard] = [proxy.holdNext(point, 5000), put(`held-${point}`)];
      const held = await holding;
      expect(await sizeOf(`held-${point}`)).toBe(stored);
      held?.release();
      expect((await heard).answer).toBe(200);
      expect(await sizeOf(`held-${point}`)).toBe(5000);
    }
    const [holding, heard] = [proxy.holdNext("request", 5000), put("dropped")];
    (await holding)?.drop();
    expect((await heard).answer).toBe("ECONNRESET");
    expect(await sizeOf("dropped")).toBe(undefined);
    expect(await proxy.holdNext("request", 50)).toBe(undefined);
  });

  it("none at all while S3 is away", async () => {
    proxy.goAway();
    expect((await put("away")).answer).toMatch(/ECONNRESET|EPIPE/);
    proxy.comeBack();
    expect((await put("away")).answer).toBe(200);
  });
});
