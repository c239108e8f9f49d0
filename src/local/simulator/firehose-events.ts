import { blockSize, type Blocks, type FirehoseKind, kindOfSlot, seededRandom } from "./block";
import type { FeedScope, PullState } from "./feed";
import { firehosePayload, type PayloadSubject } from "./firehose-payloads";
import type { ApiOptions } from "./options";
import { Random } from "./random";
import { isoSeconds } from "./subjects";
import { FirehoseSubjects } from "./firehose-subjects";
import { type Account, type Repository, World } from "./world";

/** The event type of each kind. */
export const typeOfKind: Readonly<Record<FirehoseKind, string>> = {
  push: "PushEvent",
  create: "CreateEvent",
  delete: "DeleteEvent",
  watch: "WatchEvent",
  fork: "ForkEvent",
  comment: "IssueCommentEvent",
  review: "PullRequestReviewEvent",
  release: "ReleaseEvent",
  "pull-opened": "PullRequestEvent",
  "pull-ended": "PullRequestEvent",
  "issue-opened": "IssuesEvent",
  "issue-closed": "IssuesEvent",
};

/** What an event is about: enough to list it, without its payload. */
export interface EventHead {
  kind: FirehoseKind;
  repository: Repository;
  actor: Account;
  /** The index of the opening of the pull request or issue that it is about. */
  opening: number | undefined;
}

const size = { repositories: 4000, users: 8000, skew: 0.8 };

/** Two ranges for pushes, creations and deletions, that take turns, and one for the rest. */
const pushKinds = new Set<FirehoseKind>(["push", "create", "delete"]);
const secondPushRange = 2e15;
const otherRange = 4e15;

const lateFromMs = 30_000;
const lateToMs = 6 * 3_600_000;
const blocksOfNamesKept = 128;

type Names = Readonly<Record<FeedScope["kind"], readonly (string | undefined)[]>>;

/** The events of the firehose, each told from its index: nothing is remembered. */
export class FirehoseEvents {
  private readonly world: World;
  private readonly subjects: FirehoseSubjects;
  private readonly idBase: number;
  private readonly known: Record<FeedScope["kind"], Set<string>>;
  private readonly names = new Map<number, Names>();
  private readonly fragments = new Map<number, string>();

  constructor(
    private readonly options: Pick<ApiOptions, "seed" | "rate" | "visibilityMs" | "lateShare">,
    private readonly startMs: number,
    private readonly blocks: Blocks,
  ) {
    this.world = new World(new Random(options.seed), size);
    this.subjects = new FirehoseSubjects(options.rate, blocks);
    this.idBase = startMs * 1000;
    const { repositories, users, bots } = this.world;
    this.known = {
      repo: lowerCase(repositories.map(({ name }) => name)),
      org: lowerCase(repositories.filter(({ inOrg }) => inOrg).map(({ owner }) => owner.login)),
      user: lowerCase([...users, ...bots].map(({ login }) => login)),
    };
  }

  type(index: number): string {
    return typeOfKind[this.kind(index)];
  }

  key(index: number): string {
    return `${this.type(index)}:${this.id(index)}`;
  }

  /** The index of the event with a key, if the firehose has one. */
  indexOfKey(key: string): number | undefined {
    const id = Number(key.split(":")[1]);
    if (!Number.isSafeInteger(id)) return undefined;
    const offset = id - this.idBase;
    const index =
      offset > (secondPushRange + otherRange) / 2
        ? offset - otherRange
        : this.indexInBlock(offset > secondPushRange / 2 ? offset - secondPushRange : offset);
    return this.key(index) === key ? index : undefined;
  }

  knows({ kind, name }: FeedScope): boolean {
    return this.known[kind].has(name.toLowerCase());
  }

  /** The events of a repository, organization or user within a block, in order. */
  indicesOf({ kind, name }: FeedScope, block: number): number[] {
    const wanted = name.toLowerCase();
    return this.namesIn(block)[kind].flatMap((found, place) =>
      found === wanted ? [block * blockSize + place] : [],
    );
  }

  pull(repo: string, number: number, shown: number): PullState | undefined {
    const opening = this.subjects.openingOfPull(number);
    if (opening === undefined || opening >= shown) return undefined;
    const { repository } = this.head(opening);
    if (repository.name.toLowerCase() !== repo.toLowerCase()) return undefined;
    const end = this.subjects.endOf(opening);
    const ended = end !== undefined && end < shown;
    return {
      id: this.idBase + number,
      number,
      repo: repository.name,
      createdMs: this.createdMs(opening),
      endedMs: ended ? this.createdMs(end) : undefined,
      merged: ended && this.merged(opening),
    };
  }

  /** The event as JSON, in the form of GitHub's API. */
  text(index: number): string {
    const { kind, repository, actor, opening } = this.head(index);
    const atMs = this.createdMs(index);
    const payload = firehosePayload({
      kind,
      repository,
      actor,
      atMs,
      id: this.idBase + index,
      random: seededRandom(this.options.seed, index, 0xda7a),
      subject: opening === undefined ? undefined : this.subject(opening),
    });
    // Put together from pieces that are the same in many events: half the time goes here.
    return (
      `{"id":"${this.id(index)}","type":"${typeOfKind[kind]}","actor":${this.actorText(actor)},` +
      `"repo":${this.repoText(repository)},"payload":${payload},"public":true,` +
      `"created_at":"${isoSeconds(atMs)}"${this.orgText(repository)}}`
    );
  }

  private subject(opening: number): PayloadSubject {
    const number = this.subjects.numberOf(opening);
    return {
      id: this.idBase + number,
      number,
      author: this.head(opening).actor,
      openedMs: this.createdMs(opening),
      merged: this.merged(opening),
      random: seededRandom(this.options.seed, opening, 0x5b),
    };
  }

  private actorText({ id, login }: Account): string {
    return this.fragment(id, () => JSON.stringify({ id, login, display_login: login }));
  }

  private repoText({ id, name }: Repository): string {
    const url = `https://api.github.com/repos/${name}`;
    return this.fragment(id, () => JSON.stringify({ id, name, url }));
  }

  private orgText({ inOrg, owner: { id, login } }: Repository): string {
    return inOrg ? `,"org":${this.fragment(id, () => JSON.stringify({ id, login }))}` : "";
  }

  /** Accounts, organizations and repositories have ids of their own, all different. */
  private fragment(id: number, write: () => string): string {
    const known = this.fragments.get(id);
    if (known !== undefined) return known;
    const text = write();
    this.fragments.set(id, text);
    return text;
  }

  private kind(index: number): FirehoseKind {
    return kindOfSlot[this.blocks.slotAt(index)] ?? "push";
  }

  private id(index: number): number {
    if (!pushKinds.has(this.kind(index))) return this.idBase + otherRange + index;
    // The slots of a block come shuffled: so do these ids.
    const slot = this.blocks.slotAt(index);
    const range = slot % 2 === 0 ? 0 : secondPushRange;
    return this.idBase + range + Math.floor(index / blockSize) * blockSize + slot;
  }

  private indexInBlock(offset: number): number {
    const block = Math.floor(offset / blockSize);
    return this.blocks.indexOf(block, offset - block * blockSize);
  }

  private head(index: number): EventHead {
    const kind = this.kind(index);
    const random = seededRandom(this.options.seed, index, 0x4ead);
    const opening = this.subjects.openingOf(index, random);
    const repository =
      opening === undefined || opening === index
        ? this.world.pickRepository(random)
        : this.head(opening).repository;
    const actor =
      kind === "watch" || kind === "fork"
        ? this.world.pickVisitor(random)
        : this.world.pickContributor(repository, kind === "pull-opened" ? 0.3 : 0.12, random);
    return { kind, repository, actor, opening };
  }

  private merged(opening: number): boolean {
    return seededRandom(this.options.seed, opening, 0x3e6).chance(0.76);
  }

  /** An event happens some seconds before it shows, some of them long before. */
  private createdMs(index: number): number {
    const { visibilityMs, lateShare, rate, seed } = this.options;
    const shownMs = this.startMs + ((index + 1) * 1000) / rate;
    const random = seededRandom(seed, index, 0x7a7e);
    const late = random.chance(lateShare);
    const latencyMs = late
      ? lateFromMs * (lateToMs / lateFromMs) ** random.next()
      : visibilityMs * (1 + random.next());
    const opening = this.subjects.openingOfEnd(index);
    if (opening === undefined) return shownMs - latencyMs;
    // Nothing ends before it was opened, however late it shows.
    return Math.max(shownMs - latencyMs, this.createdMs(opening) + 1000);
  }

  private namesIn(block: number): Names {
    const known = this.names.get(block);
    if (known !== undefined) return known;
    const heads = Array.from({ length: blockSize }, (_, place) =>
      this.head(block * blockSize + place),
    );
    const names: Names = {
      repo: heads.map(({ repository }) => repository.name.toLowerCase()),
      org: heads.map(({ repository: { inOrg, owner } }) =>
        inOrg ? owner.login.toLowerCase() : undefined,
      ),
      user: heads.map(({ actor }) => actor.login.toLowerCase()),
    };
    if (this.names.size >= blocksOfNamesKept) this.names.clear();
    this.names.set(block, names);
    return names;
  }
}

function lowerCase(names: readonly string[]): Set<string> {
  return new Set(names.map((name) => name.toLowerCase()));
}
