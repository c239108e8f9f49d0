import { describe, expect, it } from "vitest";
import { formatList } from "../../../src/cli/commands/report";
import { describeNotebooks } from "../../../src/lib/report/catalogue";

describe("report --list", async () => {
  const notebooks = await describeNotebooks();

  it("tells of each notebook's title and parameters", () => {
    expect(notebooks.find(({ name }) => name === "04-repository-report")).toEqual({
      name: "04-repository-report",
      title: "How is this repository doing?",
      parameters: [
        {
          name: "repo",
          default: "",
          meaning: "owner/name; empty: the repository with the most events",
        },
        {
          name: "days",
          default: "30",
          meaning: "how far to look back from the repository's newest event",
        },
      ],
    });
  });

  it("every notebook's title asks a question, and every parameter says what it is", () => {
    for (const { title, parameters } of notebooks) {
      expect(title).toMatch(/\?$/);
      for (const { meaning } of parameters) expect(meaning).not.toBe("");
    }
  });

  it("is a line a notebook and a line a parameter", () => {
    const text = formatList({ notebooks });
    expect(text).toContain("02-activity            What is going on on GitHub?");
    expect(text).toContain('--set repo="": owner/name; empty');
  });
});
