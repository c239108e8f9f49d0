import { describe, expect, it } from "vitest";
import { LiveBoard } from "../../../src/lib/live/board";
import { noStats, update } from "./updates";

const minuteOf = (minute: number): string =>
  new Date(Date.UTC(2026, 0, 31, 12, minute)).toISOString();

describe("LiveBoard", () => {
  it("shows a window's newest value, and the newest windows alone", () => {
    const board = new LiveBoard({ windows: 2 });
    for (const minute of [3, 1, 2]) board.take(update({ bucket_start: minuteOf(minute) }));
    board.take(update({ bucket_start: minuteOf(2), revision: 2, state: "updated", events: 5 }));
    const { windows } = board.snapshot(noStats, 0);
    expect(windows.map(({ bucket_start, events, state }) => [bucket_start, events, state])).toEqual(
      [
        [minuteOf(2), 5, "updated"],
        [minuteOf(3), 3, "closed"],
      ],
    );
  });

  it("ranks repositories and users over its windows, tells bots, and guesses no commits", () => {
    const board = new LiveBoard({ top: 2 });
    for (const minute of [1, 2]) board.take(update({ bucket_start: minuteOf(minute) }));
    const shown = board.snapshot(noStats, 0);
    expect(shown.top_repositories).toEqual([
      { repo: "o/a", events: 4, commits: null },
      { repo: "o/b", events: 2, commits: 8 },
    ]);
    expect(shown.top_contributors).toEqual([
      { user_login: "ann", events: 4, bot: false },
      { user_login: "fix[bot]", events: 2, bot: true },
    ]);
  });
});
