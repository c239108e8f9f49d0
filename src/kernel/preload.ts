/** Loaded into the notebooks' kernel before tslab itself: `node --require`. */
import { loadTslab, mendTslab } from "./mend-tslab";

mendTslab(...loadTslab());
