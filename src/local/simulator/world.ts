import { Random, Zipf } from "./random";

/** An account of the simulated world. */
export interface Account {
  id: number;
  login: string;
  bot: boolean;
}

/** A repository of the simulated world. */
export interface Repository {
  id: number;
  /** "owner/name". */
  name: string;
  owner: Account;
  /** Whether its owner is an organization. */
  inOrg: boolean;
  language: string | null;
  license: { key: string; name: string; spdx_id: string } | null;
  topics: readonly string[];
  stars: number;
  forks: number;
  /** The number its latest issue or pull request has. */
  lastNumber: number;
  /** Those who work on it, the busiest first. */
  people: readonly Account[];
}

const owners = ["anvil", "birch", "comet", "delta", "ember", "fjord", "grove", "harbor"];
const places = ["labs", "works", "studio", "systems", "collective", "tools"];
const names = ["parser", "engine", "client", "server", "toolkit", "notes", "charts", "queue"];
const kinds = ["core", "kit", "cli", "web", "docs", "api", "data", "ui", "plugins", "examples"];
const people = ["ada", "ben", "chloe", "dev", "eli", "fay", "gus", "hana", "ivo", "june", "kai"];
const languages = ["TypeScript", "Python", "Go", "Rust", "Java", "C++", "Ruby", "Shell", null];
const topics = ["cli", "database", "kafka", "analytics", "web", "testing", "machine-learning"];
const licenses = [
  { key: "mit", name: "MIT License", spdx_id: "MIT" },
  { key: "apache-2.0", name: "Apache License 2.0", spdx_id: "Apache-2.0" },
  null,
];
const botNames = ["demo-dependabot[bot]", "demo-renovate[bot]", "demo-actions[bot]"];

/** How large a simulated GitHub is. */
export interface WorldSize {
  repositories: number;
  users: number;
  /** How much busier the busiest repositories are than the rest. */
  skew: number;
}

const demoSize: WorldSize = { repositories: 240, users: 420, skew: 1.05 };

/**
 * The accounts and repositories of a simulated GitHub. Every name begins with `demo-`: nothing in
 * it can be taken for somebody.
 */
export class World {
  readonly repositories: readonly Repository[];
  readonly bots: readonly Account[];
  readonly users: readonly Account[];
  private readonly byActivity: Zipf;
  private readonly byRank = new Zipf(24, 1.1);

  constructor(
    private readonly random: Random,
    size = demoSize,
  ) {
    this.byActivity = new Zipf(size.repositories, size.skew);
    this.users = Array.from({ length: size.users }, (_, index) => ({
      id: 910_000_000 + index,
      login: `demo-${people[index % people.length] ?? "someone"}-${index + 1}`,
      bot: false,
    }));
    this.bots = botNames.map((login, index) => ({ id: 919_000_000 + index, login, bot: true }));
    this.repositories = Array.from({ length: size.repositories }, (_, index) =>
      this.makeRepository(index),
    );
  }

  /** A repository, the busy ones more often. */
  pickRepository(random = this.random): Repository {
    const repository = this.repositories[this.byActivity.pick(random)];
    return repository ?? random.pick(this.repositories);
  }

  /** Somebody who works on a repository, the busiest more often; sometimes a bot. */
  pickContributor(repository: Repository, botShare = 0.12, random = this.random): Account {
    if (random.chance(botShare)) return random.pick(this.bots);
    return repository.people[this.byRank.pick(random)] ?? repository.owner;
  }

  /** Anybody. */
  pickVisitor(random = this.random): Account {
    return random.pick(this.users);
  }

  private makeRepository(index: number): Repository {
    const { random } = this;
    const inOrg = random.chance(0.6);
    const owner: Account = inOrg
      ? this.organization(random.below(owners.length), random.below(places.length))
      : random.pick(this.users);
    return {
      id: 920_000_000 + index,
      name: `${owner.login}/${random.pick(names)}-${random.pick(kinds)}-${index + 1}`,
      owner,
      inOrg,
      language: random.pick(languages),
      license: random.pick(licenses),
      topics: topics.filter(() => random.chance(0.25)),
      stars: Math.floor(random.logNormal(120, 1.5)),
      forks: Math.floor(random.logNormal(15, 1.4)),
      lastNumber: Math.floor(random.logNormal(150, 1.2)),
      people: Array.from({ length: 24 }, () => random.pick(this.users)),
    };
  }

  private organization(owner: number, place: number): Account {
    const login = `demo-${owners[owner] ?? "some"}-${places[place] ?? "place"}`;
    return { id: 918_000_000 + owner * places.length + place, login, bot: false };
  }
}
