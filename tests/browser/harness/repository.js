// The sample agent's update repository, that `packager demo` makes, served over HTTP. A test can hold its targets back, to
// see a build that is still going on.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { PACKAGER } from "./program.js";

export class Repository {
  #demo;
  #output;
  #server;
  #held;
  #release = () => {};

  /** The folder that it lies in. */
  folder;

  static async start() {
    const repository = new Repository();
    repository.#output = await mkdtemp(join(tmpdir(), "packager-demo-"));
    repository.#demo = spawn(PACKAGER, ["demo", "--output", repository.#output], { stdio: ["ignore", "pipe", "pipe"] });
    for await (const line of createInterface(repository.#demo.stderr)) {
      const url = /^sample update repository: (file:\S+)/.exec(line)?.[1];
      if (url) {
        repository.folder = fileURLToPath(url);
        break;
      }
    }
    for await (const line of createInterface(repository.#demo.stdout)) if (line.startsWith("service:")) break;
    repository.#demo.stdout.resume();
    repository.#server = createServer((request, response) => repository.#answer(request, response));
    repository.#server.listen(0, "127.0.0.1");
    await once(repository.#server, "listening");
    return repository;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/`;
  }

  get roots() {
    return join(this.folder, "root.json");
  }

  /** Answers no request for a target until `release` is called. */
  hold() {
    this.#held = new Promise((resolve) => (this.#release = resolve));
  }

  release() {
    this.#held = undefined;
    this.#release();
  }

  async #answer(request, response) {
    const path = normalize(decodeURIComponent(new URL(request.url, this.url).pathname));
    if (path.startsWith("/targets/")) await this.#held;
    const file = createReadStream(join(this.folder, path));
    file.on("error", () => response.writeHead(404).end());
    file.pipe(response);
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    this.#demo.kill("SIGTERM");
    await once(this.#demo, "exit");
    await rm(this.#output, { recursive: true, force: true });
  }
}
