import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';

/** Somebody's web site on an origin of its own: pages by path, and files of npm packages below `/npm/`. */
export class Site {
  readonly url: string;
  private constructor(private readonly http: Server) {
    this.url = `http://localhost:${(http.address() as AddressInfo).port}`;
  }

  static async open(pages: Record<string, string>, scripts: Record<string, string> = {}): Promise<Site> {
    const http = createServer(async (request, response) => {
      const path = new URL(request.url!, 'http://localhost').pathname;
      try {
        if (path.startsWith('/npm/')) {
          response.setHeader('content-type', 'text/javascript; charset=utf-8');
          response.end(await npmFile(path.slice('/npm/'.length)));
          return;
        }
        if (scripts[path] !== undefined) {
          response.setHeader('content-type', 'text/javascript; charset=utf-8');
          response.end(scripts[path]);
          return;
        }
        const page = pages[path] ?? pages['*'];
        response.statusCode = page === undefined ? 404 : 200;
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.end(page ?? '');
      } catch (error) {
        response.statusCode = 404;
        response.end(String(error));
      }
    });
    await new Promise<void>((listening) => http.listen(0, 'localhost', listening));
    return new Site(http);
  }

  close(): void {
    this.http.closeAllConnections();
    this.http.close();
  }
}

/** Modules name one another without their ending. */
async function npmFile(path: string): Promise<Buffer> {
  const file = join(import.meta.dirname, '../node_modules', normalize(path));
  return readFile(file).catch(() => readFile(`${file}.js`));
}

export const html = (head: string, body = ''): string =>
  `<!doctype html><html><head><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`;
