// Tells each breaking or dangerous difference between two schemas, as graphql-inspector judges it: JSON on stdout.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { buildSchema } = require("graphql");
const { diff } = require("@graphql-inspector/core");

const [before, after] = process.argv.slice(2).map((file) => buildSchema(readFileSync(file, "utf8")));
const found = (await diff(before, after)).filter((each) => each.criticality.level !== "NON_BREAKING");
console.log(JSON.stringify(found.map((each) => `${each.criticality.level}: ${each.message}`)));
