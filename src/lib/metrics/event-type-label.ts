/**
 * The event types that GitHub has, or had since 2015. A type is text from outside: as a label, each
 * new one would be a series of its own for ever, so that all others count as one.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/github-event-types
 */
const knownTypes: ReadonlySet<string> = new Set([
  "CommitCommentEvent",
  "CreateEvent",
  "DeleteEvent",
  "DiscussionEvent",
  "ForkEvent",
  "GollumEvent",
  "IssueCommentEvent",
  "IssuesEvent",
  "MemberEvent",
  "PublicEvent",
  "PullRequestEvent",
  "PullRequestReviewCommentEvent",
  "PullRequestReviewEvent",
  "PullRequestReviewThreadEvent",
  "PushEvent",
  "ReleaseEvent",
  "SponsorshipEvent",
  "WatchEvent",
  // Ours: what cannot be read has no type.
  "unreadable",
]);

/** The value of the label `event_type`: the type where GitHub has such a one, else `other`. */
export function eventTypeLabel(type: string): string {
  return knownTypes.has(type) ? type : "other";
}
