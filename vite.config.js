import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

import { defineConfig } from "vite";

/** Tells the service worker which files this build has, and gives it another name than any before. */
const shell = {
  name: "hekje-shell",
  enforce: "post",
  generateBundle: {
    order: "post",
    handler(_, bundle) {
      const worker = bundle["sw.js"];
      const built = Object.values(bundle).filter((one) => one !== worker && one.fileName !== "index.html");
      const pictures = readdirSync("web/public");
      const paths = ["", ...built.map((one) => one.fileName), ...pictures].map((name) => `/${name}`);
      const all = createHash("sha256").update(paths.join("\n") + bundle["index.html"].source + worker.code);
      for (const name of pictures) all.update(readFileSync(`web/public/${name}`));
      const build = all.digest("hex").slice(0, 12);
      worker.code = worker.code.replace("__SHELL__", JSON.stringify(paths)).replace("__BUILD__", JSON.stringify(build));
    },
  },
};

/** Hekje speaks by WebSocket alone; the other ways of Engine.IO would be a tenth of the first screen. */
const socketAlone = {
  name: "hekje-socket-alone",
  transform(_, id) {
    if (!id.endsWith("engine.io-client/build/esm/transports/index.js")) return null;
    return 'import { WS } from "./websocket.node.js"; export const transports = { websocket: WS };';
  },
};

export default defineConfig({
  root: "web",
  plugins: [shell, socketAlone],
  // hashed, so that browsers may keep them for a year; but for the service worker, which they ask for by name
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: ["chrome71", "firefox67", "safari12.1"],
    assetsInlineLimit: 0,
    modulePreload: false,
    rollupOptions: {
      input: { index: "web/index.html", sw: "web/worker/sw.ts" },
      output: {
        // all that the first screen needs comes in one file
        codeSplitting: { groups: [{ name: "first", tags: ["$initial"], test: /node_modules|web\/src/ }] },
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  logLevel: "warn",
  test: { root: ".", include: ["web/tests/**/*.test.{ts,mjs}"] },
});
