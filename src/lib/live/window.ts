import type { LiveEvent } from "./live-event";
import { maxTypes, type WindowRules } from "./rules";
import type {
  ContributorActivityRow,
  EventsPerMinuteRow,
  RepositoryActivityRow,
  WindowState,
  WindowUpdate,
} from "./update";

interface RepositoryCount {
  events: number;
  commits: number | null;
}

interface TypeCounts {
  events: number;
  /** The ids counted: what comes twice is known by them. */
  ids: Set<string | number>;
  repositories: Map<string, RepositoryCount>;
  contributors: Map<string, number>;
}

/** The events of one window, counted. */
export class Window {
  readonly endMs: number;
  /** Distinct events; what came twice is in `duplicates`. */
  events = 0;
  closed = false;
  /** Whether it has changed since the last update. */
  dirty = false;
  private readonly types = new Map<string, TypeCounts>();
  /** Whether an update has told that it is closed. */
  private toldClosed = false;
  private revision = 0;
  private duplicates = 0;
  private lateEvents = 0;
  private pushesWithoutCommits = 0;
  private readonly keys = { repositories: 0, contributors: 0 };
  private readonly overflow = { repository_events: 0, contributor_events: 0 };

  constructor(
    readonly startMs: number,
    private readonly rules: Pick<WindowRules, "windowMs" | "maxKeys">,
  ) {
    this.endMs = startMs + rules.windowMs;
  }

  /** Whether an event is counted already; if so, that is noted. */
  knows({ eventType, id }: LiveEvent): boolean {
    const known = this.types.get(eventType)?.ids.has(id) === true;
    if (known) this.duplicates += 1;
    return known;
  }

  /**
   * Counts an event that is not known.
   *
   * @param late - it came after the window was to be closed
   * @returns false where it would be of one type too many
   */
  count(event: LiveEvent, late: boolean): boolean {
    const type = this.typeCounts(event.eventType);
    if (type === undefined) return false;
    type.ids.add(event.id);
    type.events += 1;
    this.events += 1;
    this.dirty = true;
    if (late) this.lateEvents += 1;
    if (event.eventType === "PushEvent" && event.commits === null) this.pushesWithoutCommits += 1;
    this.countRepository(type, event);
    this.countContributor(type, event);
    return true;
  }

  /** The window's whole value. Its rows are in no order. */
  update(partial: boolean, forced: boolean): WindowUpdate {
    const state: WindowState = !this.closed ? "open" : this.toldClosed ? "updated" : "closed";
    this.toldClosed = this.closed;
    this.dirty = false;
    this.revision += 1;
    return {
      state,
      bucket_start: new Date(this.startMs).toISOString(),
      bucket_end: new Date(this.endMs).toISOString(),
      revision: this.revision,
      events: this.events,
      duplicates: this.duplicates,
      late_events: this.lateEvents,
      pushes_without_commits: this.pushesWithoutCommits,
      partial,
      forced,
      overflow: { ...this.overflow },
      ...this.rows(),
    };
  }

  private typeCounts(eventType: string): TypeCounts | undefined {
    const known = this.types.get(eventType);
    if (known !== undefined || this.types.size >= maxTypes) return known;
    const made: TypeCounts = {
      events: 0,
      ids: new Set(),
      repositories: new Map(),
      contributors: new Map(),
    };
    this.types.set(eventType, made);
    return made;
  }

  // A key has its row from its first event on, or never: what has a row is exact.

  private countRepository(type: TypeCounts, { repo, commits }: LiveEvent): void {
    const known = type.repositories.get(repo);
    if (known !== undefined) {
      known.events += 1;
      if (commits !== null) known.commits = (known.commits ?? 0) + commits;
    } else if (this.keys.repositories < this.rules.maxKeys) {
      this.keys.repositories += 1;
      type.repositories.set(repo, { events: 1, commits });
    } else {
      this.overflow.repository_events += 1;
    }
  }

  private countContributor(type: TypeCounts, { userLogin }: LiveEvent): void {
    const known = type.contributors.get(userLogin);
    if (known !== undefined) {
      type.contributors.set(userLogin, known + 1);
    } else if (this.keys.contributors < this.rules.maxKeys) {
      this.keys.contributors += 1;
      type.contributors.set(userLogin, 1);
    } else {
      this.overflow.contributor_events += 1;
    }
  }

  private rows(): Pick<
    WindowUpdate,
    "events_per_minute" | "repository_activity" | "contributor_activity"
  > {
    const bucket_start = new Date(this.startMs).toISOString();
    const perMinute: EventsPerMinuteRow[] = [];
    const repositories: RepositoryActivityRow[] = [];
    const contributors: ContributorActivityRow[] = [];
    for (const [event_type, counts] of this.types) {
      perMinute.push({ bucket_start, event_type, events: counts.events });
      for (const [repo, { events, commits }] of counts.repositories) {
        repositories.push({ bucket_start, repo, event_type, events, commits });
      }
      for (const [user_login, events] of counts.contributors) {
        contributors.push({ bucket_start, user_login, event_type, events });
      }
    }
    return {
      events_per_minute: perMinute,
      repository_activity: repositories,
      contributor_activity: contributors,
    };
  }
}
