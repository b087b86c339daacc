/** This browser's shelf. */

import { shelfOf } from "./keep";

export const shelf = shelfOf(() => localStorage);
