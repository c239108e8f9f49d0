import { describe, expect, it } from "vitest";
import { archivePlace } from "../../../src/lib/github/archive-place";

describe("archivePlace", () => {
  it.each([
    ["ftp://example.org", /ftp:\/\/ is not known/],
    ["https://", /GHARCHIVE_URL is no address: Invalid URL/],
    ["https://ada:secret@example.org", /it holds a login/],
    ["file://elsewhere/hours", /GHARCHIVE_URL is no address/],
  ])("refuses %s, and shows no secret", (address, message) => {
    expect(() => archivePlace(address)).toThrow(message);
    expect(() => archivePlace(address)).toThrow(expect.objectContaining({ code: "CONFIG" }));
    expect(() => archivePlace(address)).not.toThrow(/secret/);
  });
});
