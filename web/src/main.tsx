import { render } from "preact";

import { App } from "./app";
import { beginFocus } from "./focus";
import { beginPush } from "./push";
import { followLinks } from "./router";
import { begin } from "./session";
import { fetchLater } from "./widget/later";
import { locale, speak } from "./words";
import { beginWorker, outdated } from "./worker";

speak(locale.value);
followLinks(() => outdated.value);
beginWorker();
beginFocus();
beginPush();
begin();
fetchLater();
const place = document.getElementById("app");
if (place) render(<App />, place);
