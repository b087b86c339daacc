// Holds an AsyncAPI document against the schema that its makers publish; says what is wrong.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(import.meta.url);
const Ajv = require("ajv");
const specs = require("@asyncapi/specs");

const document = JSON.parse(readFileSync(process.argv[2], "utf8"));
const schema = specs.schemas[document.asyncapi];
if (schema === undefined) {
  console.error(`there is no AsyncAPI ${document.asyncapi}`);
  process.exit(1);
}
// the validator has JSON Schema itself on board, and takes a second copy amiss
delete schema.definitions["http://json-schema.org/draft-07/schema"];
const ajv = new Ajv({ unknownFormats: "ignore", logger: false });
if (!ajv.validate(schema, document)) {
  console.error(JSON.stringify(ajv.errors, null, 2));
  process.exit(1);
}
