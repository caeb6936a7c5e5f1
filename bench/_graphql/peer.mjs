// PostGraphile with its stock preset, as the weak role and with the partnership set in every transaction.
import { createServer } from "node:http";
import { grafserv } from "postgraphile/grafserv/node";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const { url, partnership, port } = JSON.parse(process.argv[2]);
const pgSettings = {
  "app.partnerships": partnership, "app.partnership": "", "app.actor": "community", timezone: "UTC", jit: "off", random_page_cost: "1.1", enable_mergejoin: "off",
  statement_timeout: "8000ms", idle_in_transaction_session_timeout: "8000ms",
};
const preset = {
  extends: [PostGraphileAmberPreset],
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  pgServices: [makePgService({ connectionString: url, schemas: ["public", "ledger", "peer"], poolConfig: { max: 8 } })],
  grafast: { context: { pgSettings }, explain: false },
  grafserv: { graphiql: false, websockets: false },
};
const server = createServer();
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(port, "127.0.0.1");
