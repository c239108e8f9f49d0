import type { GitHubEvent } from "./event";
import { FieldReader } from "./fields";

/**
 * Reads an event in the form of GitHub's API or of GH Archive, from 2015 on. Fields that every
 * event has are checked; the payload is kept as it came.
 *
 * @throws {@link WorkbenchError} code BAD_INPUT, naming the field that is missing or wrong
 * @see https://docs.github.com/en/rest/using-the-rest-api/github-event-types
 */
export function parseEvent(value: unknown): GitHubEvent {
  const event = FieldReader.of(value, "a GitHub event");
  const actor = event.reader("actor");
  const repo = event.reader("repo");
  const org = event.optionalReader("org");
  const isPublic = event.optionalFlag("public");
  return {
    id: event.textId("id"),
    type: event.text("type"),
    actor: { id: actor.numericId("id"), login: actor.text("login") },
    repo: { id: repo.numericId("id"), name: repo.text("name") },
    ...(org === undefined ? {} : { org: { id: org.numericId("id"), login: org.text("login") } }),
    payload: event.json("payload"),
    created_at: event.instant("created_at"),
    ...(isPublic === undefined ? {} : { public: isPublic }),
  };
}
