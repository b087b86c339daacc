/** The sentences of hours and quiet hours, for the screens that say them. */

import { learnWords } from "../words";
import en from "./hours/en.json";
import nl from "./hours/nl.json";

learnWords({ en, nl });
