import { Random } from "./random";
import {
  forkeeOf,
  issuePayload,
  isoSeconds,
  type PullRequest,
  pullRequestPayload,
  refPayload,
  type Subject,
} from "./subjects";
import { type Account, type Repository, World } from "./world";

/** An event in the form of GitHub's API. */
export interface SimulatedEvent {
  id: string;
  type: string;
  actor: Record<string, unknown>;
  repo: Record<string, unknown>;
  payload: Record<string, unknown>;
  public: true;
  created_at: string;
  org?: Record<string, unknown>;
}

/** What a generator is made from; the same options give the same events. */
export interface GeneratorOptions {
  seed: number;
  /** The simulated time it begins at; ids follow from it, so that two worlds never share one. */
  startMs: number;
  /** New activity an hour of simulated time, over a day; endings of earlier work come on top. */
  eventsPerHour: number;
}

const hourMs = 3_600_000;

/** The mix of new activity; pull requests and issues bring their endings along later. */
const mix: readonly (readonly [Kind, number])[] = [
  ["push", 56],
  ["pull", 9],
  ["issue", 6],
  ["fork", 4],
  ["watch", 10],
  ["create", 8],
  ["delete", 3],
  ["comment", 4],
];
type Kind = "push" | "pull" | "issue" | "fork" | "watch" | "create" | "delete" | "comment";

/** The types that GitHub numbers in a range of their own. */
const pushRange = new Set(["PushEvent", "CreateEvent", "DeleteEvent"]);

const titles = ["Crash on start", "Document the settings", "Support Windows paths", "Flaky test"];

/**
 * An endless stream of invented events, in order of time: pure, without a clock. Repositories and
 * people differ in how busy they are, days and nights in how much happens, and pull requests and
 * issues that were opened come to their end hours or days later.
 */
export class EventGenerator {
  private readonly random: Random;
  private readonly world: World;
  /** Endings still to come, the next one first. */
  private readonly agenda: { atMs: number; make: () => SimulatedEvent }[] = [];
  private nextNewMs: number;
  private count = 0;
  private nextId = 1;
  eventsPerHour: number;

  constructor(private readonly options: GeneratorOptions) {
    this.random = new Random(options.seed);
    this.world = new World(this.random);
    this.eventsPerHour = options.eventsPerHour;
    this.nextNewMs = options.startMs;
    this.scheduleNew();
  }

  /** The time of the next event. */
  get nextMs(): number {
    return Math.min(this.nextNewMs, this.agenda[0]?.atMs ?? Infinity);
  }

  /** The next event. */
  next(): SimulatedEvent {
    const planned = this.agenda[0];
    if (planned !== undefined && planned.atMs <= this.nextNewMs) {
      this.agenda.shift();
      return planned.make();
    }
    const atMs = this.nextNewMs;
    this.scheduleNew();
    return this.makeNew(this.random.weighted(mix), atMs);
  }

  private scheduleNew(): void {
    const perMs = (this.eventsPerHour * rhythm(this.nextNewMs)) / hourMs;
    this.nextNewMs += this.random.exponential(perMs);
  }

  private plan(atMs: number, make: () => SimulatedEvent): void {
    let low = 0;
    let high = this.agenda.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.agenda[middle]?.atMs ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    this.agenda.splice(low, 0, { atMs, make });
  }

  private makeNew(kind: Kind, atMs: number): SimulatedEvent {
    const { random, world } = this;
    const repository = world.pickRepository();
    const actor =
      kind === "watch" || kind === "fork"
        ? world.pickVisitor()
        : world.pickContributor(repository, kind === "pull" ? 0.3 : 0.12);
    switch (kind) {
      case "pull":
        return this.openPull(repository, actor, atMs);
      case "issue":
        return this.openIssue(repository, world.pickContributor(repository, 0.02), atMs);
      case "push":
        return this.event("PushEvent", actor, repository, atMs, {
          repository_id: repository.id,
          push_id: this.takeId(),
          ref: random.chance(0.7) ? "refs/heads/main" : `refs/heads/topic-${random.below(50)}`,
          head: random.hex(40),
          before: random.chance(0.05) ? "0".repeat(40) : random.hex(40),
        });
      case "fork":
        repository.forks += 1;
        return this.event("ForkEvent", actor, repository, atMs, {
          action: "forked",
          forkee: forkeeOf(repository, actor, atMs, this.takeId()),
        });
      case "watch":
        return this.event("WatchEvent", actor, repository, atMs, { action: "started" });
      case "create":
      case "delete": {
        const type = kind === "create" ? "CreateEvent" : "DeleteEvent";
        return this.event(type, actor, repository, atMs, refPayload(kind, actor, random));
      }
      case "comment":
        return this.event("IssueCommentEvent", actor, repository, atMs, {
          action: "created",
          issue: { id: this.takeId(), number: 1 + random.below(repository.lastNumber + 1) },
          comment: { id: this.takeId(), body: "A comment.", created_at: isoSeconds(atMs) },
        });
    }
  }

  private openPull(repository: Repository, author: Account, atMs: number): SimulatedEvent {
    const { random } = this;
    const pull: PullRequest = {
      ...this.subject(repository, author, atMs),
      headRef: author.bot ? `bump-${random.below(900)}` : `topic-${random.below(50)}`,
      headSha: random.hex(40),
      baseSha: random.hex(40),
    };
    if (random.chance(0.88)) {
      const delayMs = hourMs * random.logNormal(author.bot ? 0.7 : 7, author.bot ? 1.2 : 1.6);
      const action = random.chance(author.bot ? 0.8 : 0.74) ? "merged" : "closed";
      this.plan(atMs + delayMs, () =>
        this.event(
          "PullRequestEvent",
          this.world.pickContributor(repository, 0.05),
          repository,
          atMs + delayMs,
          pullRequestPayload(action, pull),
        ),
      );
    }
    const payload = pullRequestPayload("opened", pull);
    return this.event("PullRequestEvent", author, repository, atMs, payload);
  }

  private openIssue(repository: Repository, author: Account, atMs: number): SimulatedEvent {
    const issue = this.subject(repository, author, atMs);
    if (this.random.chance(0.75)) this.planClose(issue, atMs);
    return this.event(
      "IssuesEvent",
      author,
      repository,
      atMs,
      issuePayload("opened", issue, atMs, null),
    );
  }

  private planClose(issue: Subject, fromMs: number): void {
    const { random } = this;
    const closeMs = fromMs + hourMs * random.logNormal(30, 1.7);
    const reason = random.chance(0.8) ? "completed" : "not_planned";
    this.plan(closeMs, () => {
      issue.closedMs = closeMs;
      issue.comments += random.below(6);
      if (random.chance(0.06)) this.planReopen(issue, closeMs);
      return this.issueEvent("closed", issue, closeMs, reason);
    });
  }

  private planReopen(issue: Subject, fromMs: number): void {
    const reopenMs = fromMs + hourMs * this.random.logNormal(10, 1);
    this.plan(reopenMs, () => {
      issue.closedMs = null;
      this.planClose(issue, reopenMs);
      return this.issueEvent("reopened", issue, reopenMs, "reopened");
    });
  }

  private issueEvent(
    action: "closed" | "reopened",
    issue: Subject,
    atMs: number,
    reason: string,
  ): SimulatedEvent {
    const actor = this.world.pickContributor(issue.repository, 0.05);
    const payload = issuePayload(action, issue, atMs, reason);
    return this.event("IssuesEvent", actor, issue.repository, atMs, payload);
  }

  private subject(repository: Repository, author: Account, atMs: number): Subject {
    repository.lastNumber += 1;
    return {
      id: this.takeId(),
      number: repository.lastNumber,
      repository,
      author,
      title: this.random.pick(titles),
      openedMs: atMs,
      closedMs: null,
      comments: 0,
    };
  }

  private event(
    type: string,
    actor: Account,
    repository: Repository,
    atMs: number,
    payload: Record<string, unknown>,
  ): SimulatedEvent {
    this.count += 1;
    const range = pushRange.has(type) ? 0 : 4e15;
    return {
      id: String(this.options.startMs * 1000 + range + this.count),
      type,
      actor: { id: actor.id, login: actor.login, display_login: actor.login },
      repo: {
        id: repository.id,
        name: repository.name,
        url: `https://api.github.com/repos/${repository.name}`,
      },
      payload,
      public: true,
      created_at: isoSeconds(atMs),
      ...(repository.inOrg
        ? { org: { id: repository.owner.id, login: repository.owner.login } }
        : {}),
    };
  }

  /** Ids of pull requests, issues, pushes and forks; they too differ from world to world. */
  private takeId(): number {
    this.nextId += 1;
    return this.options.startMs * 1000 + this.nextId;
  }
}

/** How busy a moment is, 1 on the average: more by day (in Europe and America), less at weekends. */
function rhythm(ms: number): number {
  const moment = new Date(ms);
  const hour = moment.getUTCHours() + moment.getUTCMinutes() / 60;
  const daily = 1 + 0.55 * Math.cos(((hour - 15.5) / 24) * 2 * Math.PI);
  const weekend = moment.getUTCDay() === 0 || moment.getUTCDay() === 6;
  return daily * (weekend ? 0.55 : 1.18);
}
