import { describe, expect, it } from "vitest";
import {
  formatBoard,
  formatJsonLine,
  formatStats,
  formatWindow,
} from "../../../src/cli/format/live";
import { redrawn } from "../../../src/cli/redrawn";
import { LiveBoard } from "../../../src/lib/live/board";
import { noStats, update } from "../../lib/live/updates";

const hostile = "o/\u001b[2Jwiped\u009b31m\u202e";
// eslint-disable-next-line no-control-regex -- what must not come out
const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;
const hostileUpdate = update({
  repository_activity: [
    {
      ...at("2026-01-31T23:58:00.000Z"),
      repo: hostile,
      event_type: "PushEvent",
      events: 3,
      commits: 1,
    },
  ],
  contributor_activity: [
    { ...at("2026-01-31T23:58:00.000Z"), user_login: hostile, event_type: "PushEvent", events: 3 },
  ],
});

function at(bucket_start: string): { bucket_start: string } {
  return { bucket_start };
}

describe("the live board", () => {
  const layout = { title: "live", columns: 80, rows: 30 };

  it("shows types by window, repositories with commits, users with bots marked", () => {
    const board = new LiveBoard();
    board.take(update({ partial: true }));
    board.take(update({ ...at("2026-01-31T23:59:00.000Z"), state: "open" }));
    const stats = { ...noStats, events: 6, too_late: 1, watermark: "2026-01-31T23:59:50.000Z" };
    const shown = board.snapshot(stats, Date.UTC(2026, 1, 1));
    expect(formatBoard(shown, layout).split("\n")).toEqual([
      "live · 00:00:00 UTC",
      "6 events · 0 duplicates left out · 1 too late · complete up to 10 s ago",
      "",
      "events     ~01-31 23:58  01-31 23:59…",
      "─────────  ────────────  ────────────",
      "PushEvent             3             3",
      "all                   3             3",
      "",
      "repository  events  commits",
      "──────────  ──────  ───────",
      "o/a              4",
      "o/b              2        8",
      "",
      "contributor  events",
      "───────────  ──────  ───",
      "ann               4",
      "fix[bot]          2  bot",
    ]);
  });

  it("fits the terminal, and is not steered by names from outside", () => {
    const board = new LiveBoard();
    board.take(hostileUpdate);
    const shown = board.snapshot(noStats, 0);
    expect(formatBoard(shown, layout)).not.toMatch(steering);
    const lines = formatBoard(shown, { ...layout, columns: 20, rows: 8 }).split("\n");
    expect(lines).toHaveLength(7);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(20);
  });

  it("is drawn over in place", () => {
    let written = "";
    const drawing = redrawn({ write: (text) => (written += text) });
    drawing.draw("a\nb");
    drawing.draw("c");
    drawing.clear();
    drawing.draw("d");
    expect(written).toBe("a\nb\n\r\u001b[2A\u001b[Jc\n\r\u001b[1A\u001b[Jd\n");
  });
});

describe("a window's line", () => {
  it("has what there is to say, and cannot be steered", () => {
    expect(formatWindow(update({ partial: true, late_events: 2 }))).toBe(
      "2026-01-31T23:58:00Z closed  3 events · PushEvent 3 · most in o/a (2) · seen in part, 2 late",
    );
    expect(formatWindow(hostileUpdate)).not.toMatch(steering);
  });

  it("of JSON is the update, with nothing in it that steers", () => {
    const line = formatJsonLine(hostileUpdate);
    expect(line).not.toMatch(steering);
    expect(JSON.parse(line)).toEqual(hostileUpdate);
  });

  it("of figures leaves out what did not happen", () => {
    expect(formatStats(noStats, "2026-01-31T23:58:00.000Z")).toBe(
      "0 events · 0 duplicates left out · no watermark yet",
    );
  });
});
