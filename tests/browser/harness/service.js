// `packager serve` with settings of the test's own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { PACKAGER } from "./program.js";

export class Service {
  #process;
  #folder;

  /** Its base URL. */
  url;
  /** What it logged. */
  log = "";

  /** Starts one on top of `repository`, with `settings` beside those that every test has. */
  static async start(repository, settings = {}) {
    const service = new Service();
    service.#folder = await mkdtemp(join(tmpdir(), "packager-browser-"));
    const environment = {
      PACKAGER_LISTEN: "127.0.0.1:0",
      PACKAGER_ADMIN_LISTEN: "off",
      PACKAGER_DATA_DIR: join(service.#folder, "data"),
      PACKAGER_UPDATE_URL: repository.url,
      PACKAGER_UPDATE_ROOTS: repository.roots,
      // What is not asked for is not fetched: a test sees the build that it asked for.
      PACKAGER_PREPARE: "off",
      PACKAGER_RATE_CREATE: "off",
      PACKAGER_RATE_STATUS: "off",
      PACKAGER_RATE_DOWNLOAD: "off",
      ...settings,
    };
    service.#process = spawn(PACKAGER, ["serve"], {
      env: { PATH: process.env.PATH, TMPDIR: service.#folder, ...environment },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const lines = createInterface(service.#process.stderr);
    await new Promise((resolve, reject) => {
      lines.on("line", (line) => {
        service.log += `${line}\n`;
        const { message, address } = JSON.parse(line);
        if (message === "listening" && !service.url) {
          service.url = `http://${address}/`;
          resolve();
        }
      });
      lines.on("close", () => reject(new Error(`the service did not start: ${service.log}`)));
    });
    return service;
  }

  /** Asks it, as a client that is not the browser does. */
  async ask(path, options) {
    return fetch(new URL(path, this.url), options);
  }

  async stop() {
    this.#process.kill("SIGKILL");
    await once(this.#process, "exit");
    await rm(this.#folder, { recursive: true, force: true });
  }
}
