import { describe, expect, it } from "vitest";
import { feedsOf } from "../../../src/lib/github/feeds";

describe("feedsOf", () => {
  it("names the paths of repositories, organizations and users, each once", () => {
    const feeds = feedsOf({
      repos: ["octo/some.repo_1", "Octo/Some.Repo_1"],
      orgs: ["octo-org"],
      users: ["demo-dependabot[bot]"],
    });
    expect(feeds.map(({ path }) => path)).toEqual([
      "/repos/Octo/Some.Repo_1/events",
      "/orgs/octo-org/events",
      "/users/demo-dependabot%5Bbot%5D/events",
    ]);
  });

  it.each([
    [{ repos: ["octo"] }, /"octo" is no repository/, /OWNER\/NAME/],
    [{ repos: ["octo/a/b"] }, /is no repository/, /OWNER\/NAME/],
    [{ repos: ["octo/a?b"] }, /is no repository/, /OWNER\/NAME/],
    [{ orgs: ["octo/a"] }, /"octo\/a" is no organization/, /--org LOGIN/],
    [{ users: [""] }, /"" is no user/, /--user LOGIN/],
    [{ users: ["{x}"] }, /is no user/, /--user LOGIN/],
  ])("refuses %j", (options, message, hint) => {
    expect(() => feedsOf(options)).toThrow(
      expect.objectContaining({
        code: "USAGE",
        message: expect.stringMatching(message) as string,
        hint: expect.stringMatching(hint) as string,
      }),
    );
  });
});
