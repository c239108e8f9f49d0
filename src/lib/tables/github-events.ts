import { defineTable } from "./definition";

/** The events, as far as the payload's eras let them be told. */
export const githubEvents = defineTable({
  name: "github_events",
  comment: "One row an event.",
  key: ["event_type", "event_id"],
  partitionedBy: ["days(created_at)", "event_type"],
  writtenBy: "github_events_etl",
  columns: {
    event_id: {
      type: "string",
      required: true,
      comment: "GitHub's id; unique within its type only",
    },
    event_type: {
      type: "string",
      required: true,
      comment: "PushEvent, PullRequestEvent, IssuesEvent, ForkEvent, ...",
    },
    action: {
      type: "string",
      comment: "as sent: opened, closed, merged, reopened, ...",
      payload: "payload.action",
    },
    repo: {
      type: "string",
      required: true,
      comment: "full name, owner/name, at the time of the event",
    },
    repo_id: { type: "bigint", comment: "the repository's id, which survives a renaming" },
    user_login: { type: "string", comment: "the actor's login; a bot's ends in [bot]" },
    user_id: { type: "bigint", comment: "the actor's id" },
    org: { type: "string", comment: "the organization's login; null where there is none" },
    created_at: { type: "timestamp_ntz", required: true, comment: "when it happened" },
    ingested_at: { type: "timestamp_ntz", comment: "when the workbench first saw it" },
    source: { type: "string", comment: "github, archive, file or simulator" },
    ref: {
      type: "string",
      comment: "of pushes, creations and deletions: the branch or tag",
      payload: "payload.ref",
    },
    ref_type: {
      type: "string",
      comment: "of creations and deletions: branch, tag or repository",
      payload: "payload.ref_type",
    },
    before_sha: {
      type: "string",
      comment: "of a push: the commit before it; all zeros: a new branch",
    },
    head_sha: { type: "string", comment: "of a push: the commit it ended at" },
    commits: {
      type: "bigint",
      comment:
        "of a push: distinct_size, else size; GitHub has sent neither since 2025-10-07: null",
    },
    number: { type: "bigint", comment: "of the issue or pull request, within its repository" },
    subject_id: { type: "bigint", comment: "id of the issue, the pull request or the fork" },
    subject_author: { type: "string", comment: "login of who opened the issue or pull request" },
    subject_created_at: {
      type: "timestamp_ntz",
      comment: "when it was opened, by the payload; of pull requests not sent since 2025-10-07",
    },
    subject_closed_at: {
      type: "timestamp_ntz",
      comment: "when it was closed, by the payload; of pull requests not sent since 2025-10-07",
    },
    merged: {
      type: "boolean",
      comment: "of a pull request: action merged, or before 2025-10-07 the payload's field",
    },
    merged_at: {
      type: "timestamp_ntz",
      comment: "of a pull request: when it was merged; not sent since 2025-10-07",
      payload: "payload.pull_request.merged_at",
    },
    state_reason: {
      type: "string",
      comment: "of an issue, as sent: completed, not_planned, duplicate, reopened",
      payload: "payload.issue.state_reason",
    },
    language: { type: "string", comment: "of the repository, where the payload names it" },
    push_id: {
      type: "bigint",
      comment: "of a push: GitHub's id of it",
      payload: "payload.push_id",
    },
  },
});
