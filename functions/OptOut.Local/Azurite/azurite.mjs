// Runs Azurite's table and blob servers in one process, without its queue and its telemetry. Azurite's own entry scripts are not
// used because they cannot report the free port they chose, and keep running when their parent is killed.
//   node azurite.mjs <folder with node_modules> <options as JSON>
// Writes one line of JSON to stdout: { tables, blobs } (ports) when both answer, or { inUse } (a port). "stop" or the end of
// stdin stops it, after its data has been written to disk.
import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [, , installation, json] = process.argv;
const options = JSON.parse(json);
const require = createRequire(join(installation, "package.json"));

delete process.env.AZURITE_DB;
const names = ["devstoreaccount1", ...Array.from({ length: options.extraAccounts }, (_, i) => options.extraAccountPrefix + i)];
process.env.AZURITE_ACCOUNTS = names.map(name => `${name}:${options.key}`).join(";");

// Azurite loads these at start although nothing here uses them. Without them it starts in half the time.
for (const name of ["applicationinsights", "azurite/dist/src/blob/SqlBlobServer"]) {
  const unused = require.resolve(name);
  require.cache[unused] = { id: unused, filename: unused, loaded: true, exports: {} };
}

// A client's conflict or miss is an answer like any other, and nobody reads where it was thrown.
Error.stackTraceLimit = 0;

// Azurite parses the paths of all its operations again for every request.
const uriTemplates = require.resolve("uri-templates");
const parseTemplate = require(uriTemplates);
const templates = new Map();
require.cache[uriTemplates].exports = template => {
  if (!templates.has(template)) templates.set(template, parseTemplate(template));
  return templates.get(template);
};

// Its database finds a table by walking through all of them, and a run of the tests has thousands.
const database = require("lokijs").prototype;
const known = new WeakMap();
const { getCollection } = database;
database.getCollection = function (name) {
  if (!known.has(this)) known.set(this, new Map());
  const collections = known.get(this);
  const collection = collections.get(name) ?? getCollection.call(this, name);
  if (collection) collections.set(name, collection);
  return collection;
};
for (const change of ["removeCollection", "renameCollection", "loadJSONObject"]) {
  const original = database[change];
  database[change] = function (...given) {
    known.delete(this);
    const result = original.apply(this, given);
    known.delete(this);
    return result;
  };
}

const { BlobServerFactory } = require("azurite/dist/src/blob/BlobServerFactory");
const TableServer = require("azurite/dist/src/table/TableServer").default;
const TableConfiguration = require("azurite/dist/src/table/TableConfiguration").default;

const host = "127.0.0.1";
// In seconds. Longer than a .NET client keeps an idle connection, so that the client closes it first.
const keepAlive = 300;
const none = undefined;
const tables = new TableServer(new TableConfiguration(
  host, options.tablePort, keepAlive, join(options.dataFolder, "tables.json"), /* debug log */ false, /* access log */ false, none, none,
  /* loose */ false, /* skip API version check */ true, "", "", "", none, /* account in path only */ true, options.inMemory));
const blobs = await new BlobServerFactory().createServer({
  location: async () => options.dataFolder,
  debug: async () => none,
  blobHost: () => host,
  blobPort: () => options.blobPort,
  blobKeepAliveTimeout: () => keepAlive,
  silent: () => true,
  loose: () => false,
  skipApiVersionCheck: () => true,
  cert: () => "",
  key: () => "",
  pwd: () => "",
  oauth: () => none,
  disableProductStyleUrl: () => true,
  inMemoryPersistence: () => options.inMemory,
  extentMemoryLimit: () => none,
});

const report = line => writeSync(1, JSON.stringify(line) + "\n");
const portOf = server => Number(new URL(server.getHttpServerAddress()).port);

async function start(server, port) {
  try {
    await server.start();
  } catch (error) {
    if (error.code !== "EADDRINUSE" && error.code !== "EACCES") throw error;
    report({ inUse: port });
    process.exit(1);
  }
}

let stopping = false;
async function stop() {
  if (stopping) return;
  stopping = true;
  await Promise.allSettled([tables.close(), blobs.close()]);
  process.exit(0);
}

await start(tables, options.tablePort);
await start(blobs, options.blobPort);

// Ctrl+C reaches the whole process group; the parent stops the storage after everything that uses it.
process.on("SIGINT", () => {});
process.on("SIGTERM", stop);
process.stderr.on("error", () => {});
process.stdin.setEncoding("utf8");
process.stdin.on("data", text => text.includes("stop") && stop());
process.stdin.on("end", () => options.outlivesParent || stop());

report({ tables: portOf(tables), blobs: portOf(blobs) });
