// A site of somebody else, of one page.

import { once } from "node:events";
import { createServer } from "node:http";

export class Site {
  #server;
  #html = "";

  static async start() {
    const site = new Site();
    site.#server = createServer((request, response) => {
      if (request.url !== "/") return response.writeHead(204).end();
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.setHeader("content-security-policy", site.policy ?? "");
      response.end(site.#html);
    });
    site.#server.listen(0, "127.0.0.1");
    await once(site.#server, "listening");
    return site;
  }

  get origin() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** What the page is, and under which Content-Security-Policy. */
  show(html, policy) {
    this.#html = html;
    this.policy = policy;
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
