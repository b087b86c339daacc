/** Which screen is shown: by who is here first, then by the address. */

import { useEffect } from "preact/hooks";

import { door } from "./connection";
import { route } from "./router";
import { Frame } from "./screens/frame";
import { LogIn } from "./screens/login";
import { Opening, Stranger } from "./screens/waiting";
import { account } from "./session";
import { title } from "./title";
import { later } from "./widget/later";

const Activate = later(() => import("./screens/activate").then((found) => found.Activate));
const Enrol = later(() => import("./screens/enrol").then((found) => found.Enrol));
const Forgot = later(() => import("./screens/forgot").then((found) => found.Forgot));
const Merge = later(() => import("./screens/merge").then((found) => found.Merge));
const Reset = later(() => import("./screens/reset").then((found) => found.Reset));

export function App() {
  const called = title.value;
  useEffect(() => {
    document.title = called;
  }, [called]);
  switch (route.value.name) {
    case "activate":
      return <Activate />;
    case "reset":
      return <Reset />;
    case "forgot":
      return <Forgot />;
    case "merge":
      if (door.value !== "out") return <Merge />;
  }
  switch (door.value) {
    case "out":
      return <LogIn />;
    case "enrol":
      return <Enrol />;
    case "stranger":
      return <Stranger />;
    default:
      return account.value !== null && door.value === "in" ? <Frame /> : <Opening />;
  }
}
