import { WorkbenchError } from "../errors";

/** A list of events of its own: a repository's, an organization's, a user's. */
export interface Feed {
  /** As it is called in messages: `repository o/r`. */
  name: string;
  path: string;
  /** What mends a feed that does not exist. */
  hint: string;
}

/** Whose events to read. */
export interface FeedOptions {
  /** Full names, `owner/name`. */
  repos?: readonly string[] | undefined;
  orgs?: readonly string[] | undefined;
  users?: readonly string[] | undefined;
}

const loginPattern = /^[A-Za-z0-9][A-Za-z0-9-]*(\[bot\])?$/;
const repoPattern = /^[A-Za-z0-9_.-]+$/;

/**
 * The feeds that options name; none for all public events.
 *
 * @throws {@link WorkbenchError} code USAGE for a name that cannot be one
 * @see https://docs.github.com/en/rest/activity/events
 */
export function feedsOf({ repos = [], orgs = [], users = [] }: FeedOptions): Feed[] {
  const feeds = [
    ...repos.map(repoFeed),
    ...orgs.map((org) => accountFeed("organization", "orgs", "--org", org)),
    ...users.map((user) => accountFeed("user", "users", "--user", user)),
  ];
  // The same name twice, in whichever case, is one feed.
  return [...new Map(feeds.map((feed) => [feed.path.toLowerCase(), feed])).values()];
}

function repoFeed(repo: string): Feed {
  const [owner = "", name = "", ...more] = repo.split("/");
  if (more.length > 0 || !loginPattern.test(owner) || !repoPattern.test(name)) {
    throw new WorkbenchError("USAGE", `${JSON.stringify(repo)} is no repository`, {
      hint: "give its full name: --repo OWNER/NAME",
    });
  }
  return {
    name: `repository ${repo}`,
    path: `/repos/${owner}/${name}/events`,
    hint: "check the name given to --repo; a private repository has no public events",
  };
}

function accountFeed(kind: string, folder: string, option: string, login: string): Feed {
  if (!loginPattern.test(login)) {
    throw new WorkbenchError("USAGE", `${JSON.stringify(login)} is no ${kind}`, {
      hint: `give its login: ${option} LOGIN`,
    });
  }
  return {
    name: `${kind} ${login}`,
    path: `/${folder}/${encodeURIComponent(login)}/events`,
    hint: `check the login given to ${option}`,
  };
}
