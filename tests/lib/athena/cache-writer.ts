/** Puts one entry after the other under the same key, until it is killed. */
import { CacheStore } from "../../../src/lib/athena/cache/store";
import { systemEffects } from "../../../src/lib/effects";

async function write(folder: string): Promise<void> {
  const store = new CacheStore(folder, systemEffects());
  for (let turn = 0; ; turn += 1) {
    const columns = [{ Name: String(turn), Type: "varchar" }];
    const head = { askedMs: 0, queryExecutionId: String(turn), statementType: "DML", columns };
    const keeper = await store.keep("key", head);
    for (let page = 0; page < 20; page += 1) {
      await keeper.writer.add(Array.from({ length: 500 }, (_, row) => [`${turn} ${page} ${row}`]));
    }
    await keeper.commit();
    if (turn === 0) process.stdout.write("one is there\n");
  }
}

void write(process.argv[2] ?? "");
