// Runs the audits of the reference implementation of GraphQL over HTTP against one address; prints what each found.
import { auditServer } from "graphql-http";

const results = await auditServer({ url: process.argv[2] });
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason: reason ?? "" }))));
