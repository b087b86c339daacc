import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig([
  globalIgnores(["**/build/", ".venv/", "web/dist/", "data/"]),
  js.configs.recommended,
  {
    files: ["web/**/*.{ts,tsx}"],
    extends: [tseslint.configs.strict],
  },
  {
    // clients that the tests start with Node
    files: ["tests/**/*.{js,mjs}", "bench/**/*.{js,mjs}"],
    languageOptions: {
      globals: {
        Buffer: "readonly",
        clearTimeout: "readonly",
        console: "readonly",
        fetch: "readonly",
        process: "readonly",
        setTimeout: "readonly",
      },
    },
  },
]);
