import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { runQuery } from "../../src/lib/athena/query";
import { loadSettings } from "../../src/lib/config/load";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";
import { type EtlSummary, runEtl } from "../../src/lib/etl";
import { openGlue, openS3 } from "../../src/lib/glue/client";
import { sidePrefix } from "../../src/lib/landing/landed-topic";
import { stopJobRun } from "../../src/lib/glue/job-run";

type Message = Record<string, unknown>;

const effects = systemEffects();
let settings: Settings;

/** Two runs, on a machine that has more to do than this. */
const twoRunsMs = 600_000;

beforeAll(() => {
  // A dataset of its own: what other tests or runs have stored is not in the way.
  settings = loadSettings({ dataset: `etl${Date.now().toString(36)}` });
});

function message(id: number, type: string, at: string, payload: unknown): Message {
  return {
    id: String(id),
    event_type: type,
    repo: "octo/cat",
    user: "mona'; DROP TABLE github_events; --",
    timestamp: at,
    repo_id: 1,
    user_id: 2,
    org: null,
    source: "github",
    ingested_at: "2026-11-24T00:00:00.000Z",
    payload,
    _partition: 0,
    _offset: id,
  };
}

function pullRequest(id: number, action: string, at: string, subject: number): Message {
  return message(id, "PullRequestEvent", at, {
    action,
    number: 7,
    pull_request: { id: subject, number: 7 },
  });
}

/** Lands a raw object as the consumer does. */
async function land(
  offset: number,
  content: Buffer,
  prefix = settings.raw.prefix,
): Promise<string> {
  const s3 = await openS3(settings);
  const { bucket } = settings.raw;
  const name = `${settings.kafka.topic}+0+${String(offset).padStart(20, "0")}.jsonl.gz`;
  const key = `${prefix}ingest_date=2026-11-24/ingest_hour=00/${name}`;
  try {
    await s3.client.send(new s3.sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
  } finally {
    s3.client.destroy();
  }
  return `s3://${bucket}/${key}`;
}

function lines(...items: (Message | string)[]): Buffer {
  const text = items.map((item) => (typeof item === "string" ? item : JSON.stringify(item)));
  return gzipSync(`${text.join("\n")}\n`);
}

async function rows(sql: string): Promise<readonly Record<string, unknown>[]> {
  return (await runQuery(settings, sql, {}, effects)).rows;
}

function counts(summary: EtlSummary): unknown[] {
  const { state, rows_read, rows_written, duplicates, quarantined } = summary;
  return [state, rows_read, rows_written, duplicates, quarantined];
}

/** The tables as a reader sees them, to compare before and after. */
async function contents(): Promise<unknown> {
  return {
    events: await rows("SELECT * FROM github_events ORDER BY event_type, event_id"),
    resolutions: await rows("SELECT * FROM resolutions ORDER BY kind, subject_id"),
    coverage: await rows("SELECT * FROM coverage ORDER BY run_id, seq"),
    enrichment: await rows("SELECT * FROM enrichment ORDER BY kind, event_id"),
    quarantine: await rows("SELECT * FROM quarantine ORDER BY object_path, reason, raw_line"),
  };
}

// In order: each test goes on where the one before has ended, since a run takes half a minute.
describe("the Glue job", { timeout: twoRunsMs }, () => {
  it("makes the tables where nothing has landed yet", async () => {
    expect(counts(await runEtl(settings, {}, effects))).toEqual(["SUCCEEDED", 0, 0, 0, 0]);
    expect(await rows("SELECT count(*) AS n FROM github_events")).toEqual([{ n: 0 }]);
    expect(await rows("SELECT count(*) AS n FROM resolutions")).toEqual([{ n: 0 }]);
  });

  it("merges a batch, sets aside what it cannot read, and does nothing when repeated", async () => {
    await land(
      0,
      lines(
        message(1, "PushEvent", "2026-11-20T10:00:00Z", { size: 3, distinct_size: 2 }),
        message(1, "PushEvent", "2026-11-20T10:00:00Z", { size: 3, distinct_size: 2 }),
        message(2, "PushEvent", "2026-11-20T10:00:01Z", { push_id: 1, ref: "refs/heads/m" }),
        pullRequest(3, "opened", "2026-11-20T10:00:00Z", 70),
        "{cut off",
      ),
    );
    // What lies beside the events goes along in the same run.
    await land(
      0,
      lines({
        kind: "push_commits",
        event_type: "PushEvent",
        event_id: "2",
        commits: 5,
        obtained_from: "compare",
        status: "ok",
        fetched_at: "2026-11-24T00:00:00.000Z",
      }),
      sidePrefix(settings.raw.prefix, "enrichment"),
    );
    await land(
      0,
      lines(
        ...[1, 2].map((seq) => ({
          run_id: "r1",
          seq,
          minute: "2026-11-20T10:00:00Z",
          event_type: "PushEvent",
          captured: 2,
          estimated: 2.5,
        })),
      ),
      sidePrefix(settings.raw.prefix, "coverage"),
    );
    const first = await runEtl(settings, {}, effects);
    expect(counts(first)).toEqual(["SUCCEEDED", 5, 3, 1, 1]);
    expect(
      await rows(
        "SELECT event_id, commits FROM github_events WHERE event_type = 'PushEvent' ORDER BY 1",
      ),
    ).toEqual([
      { event_id: "1", commits: 2 },
      { event_id: "2", commits: null },
    ]);
    expect(await rows("SELECT reason, raw_line FROM quarantine")).toEqual([
      { reason: "not JSON of a message's shape", raw_line: "{cut off" },
    ]);
    expect(
      await rows(
        `SELECT x.event_id, COALESCE(x.commits, e.commits) AS commits
         FROM github_events x LEFT JOIN enrichment e ON e.kind = 'push_commits'
           AND e.event_type = x.event_type AND e.event_id = x.event_id
         WHERE x.event_type = 'PushEvent' ORDER BY 1`,
      ),
    ).toEqual([
      { event_id: "1", commits: 2 },
      { event_id: "2", commits: 5 },
    ]);
    expect(
      await rows("SELECT minute, sum(captured) / sum(estimated) AS share FROM coverage GROUP BY 1"),
    ).toMatchObject([{ share: 0.8 }]);
    const before = await contents();
    expect(counts(await runEtl(settings, {}, effects))).toEqual(["SUCCEEDED", 0, 0, 0, 0]);
    expect(await contents()).toEqual(before);
  });

  it("pairs events across batches and adds no event twice, also after a run that was stopped", async () => {
    await land(
      100,
      lines(
        message(1, "PushEvent", "2026-11-20T10:00:00Z", { size: 3, distinct_size: 2 }),
        // Weeks late.
        message(4, "PushEvent", "2026-10-01T00:00:00Z", { size: 1 }),
        pullRequest(5, "merged", "2026-11-22T10:00:00Z", 70),
      ),
    );
    const glue = await openGlue(settings);
    const started = await runEtl(settings, { wait: false }, effects);
    await effects.sleep(12_000);
    await stopJobRun(glue, settings, settings.glue.job, started.job_run_id);
    glue.client.destroy();

    // Queued behind the one that is stopping; that may have got as far as it likes.
    const summary = await runEtl(settings, { whenBusy: "queue" }, effects);
    expect(summary.state).toBe("SUCCEEDED");
    expect(await rows("SELECT event_type, event_id FROM github_events ORDER BY 2")).toHaveLength(5);
    expect(
      await rows("SELECT kind, outcome, opened_source, seconds_to_resolution FROM resolutions"),
    ).toEqual([
      {
        kind: "pull_request",
        outcome: "merged",
        opened_source: "event",
        seconds_to_resolution: 2 * 86_400,
      },
    ]);
  });

  it("fails with the script's own error at an object that is cut off, and touches nothing", async () => {
    const before = await contents();
    const whole = gzipSync(Buffer.alloc(100_000, "not compressible? ").map((byte, i) => byte ^ i));
    const path = await land(200, whole.subarray(0, whole.length / 2));
    await expect(runEtl(settings, {}, effects)).rejects.toMatchObject({
      code: "GLUE",
      message: expect.stringContaining(`EtlError: reading ${path}: java.io.EOFException`) as string,
    });
    expect(await contents()).toEqual(before);
  });
});
