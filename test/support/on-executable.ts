/** Has the tests of a file start the executable that has Node in it, in place of the package's program. */
import { ensureStandalone } from '../../scripts/standalone.mjs';

process.env.AUTOTMPL_BIN ??= await ensureStandalone();
