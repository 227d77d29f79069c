// What a browser makes of the release, beside its budgets: run by `scripts/bench-web.sh`. A missed budget is printed and is no failure.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { chromium } from '@playwright/test';

/** Each `{what, measured, budget, met}`; `met` is null where there is no budget. */
const rows = [];
const round = (value, digits = 0) => value.toFixed(digits);
const median = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];

function say(what, value, unit, most, digits = 0) {
  const met = most === null ? null : value <= most;
  rows.push({ what, measured: `${round(value, digits)} ${unit}`, budget: most === null ? '' : `at most ${most} ${unit}`, met });
}

const program = process.env.DATAPULSE_PROGRAM;
const site = process.env.LEPTOS_SITE_ROOT;

/** The first page's files: what is not named after a split part. */
async function sizes() {
  for (const [name, folder] of [['split', site], ['in one piece', process.env.UNSPLIT_SITE_ROOT]]) {
    if (!folder) continue;
    const file = join(folder, 'pkg/datapulse.wasm.br');
    const { size } = await stat(file).catch(() => ({ size: Number.NaN }));
    if (Number.isNaN(size)) console.error(`${file} is not there: only a release is compressed.`);
    else say(`first page's WASM, brotli, ${name}`, size / 1000, 'KB', name === 'split' ? 450 : null, 1);
  }
  const files = await readdir(join(site, 'pkg')).catch(() => []);
  const later = files.filter((name) => name.endsWith('.wasm.br') && name !== 'datapulse.wasm.br');
  if (later.length > 0) say('parts that are fetched when they are opened', later.length, 'files', null);
}

async function started() {
  const folder = await mkdtemp(join(tmpdir(), 'datapulse-bench-web-'));
  const env = { ...process.env, DATAPULSE_ADDR: '127.0.0.1:0', DATAPULSE_DATA_DIR: folder, DATAPULSE_RATE_LIMITS: 'off', DATAPULSE_LOG: 'warn' };
  await promisify(execFile)(program, ['seed', '--demo'], { env });
  const server = spawn(program, ['serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: server.stdout });
  const [line] = await once(lines, 'line');
  lines.on('line', () => undefined);
  return { url: line.trim().replace(/\/$/, ''), server, folder };
}

async function signIn(page, url) {
  await page.goto(`${url}/login`);
  await page.getByLabel('E-mail').fill('demo@datapulse.local');
  await page.getByLabel('Password').fill('datapulse-demo');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Dashboards', exact: true }).waitFor();
}

const hydrated = (page) => page.waitForFunction(() => document.documentElement.dataset.hydrated === 'true');

async function send(page, path, body) {
  return page.evaluate(async ({ path, body }) => {
    const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  }, { path, body });
}

/** The first dashboard of the demo. */
async function demoBoard(page) {
  return page.evaluate(async () => {
    const { items } = await (await fetch('/api/dashboards')).json();
    return items.find((board) => board.name === 'Product overview')?.id ?? items[0].id;
  });
}

/** Everything that the page behind a link makes a browser fetch, its first byte, and its picture. */
async function shared(browser, page, url, board) {
  const { url: link } = await send(page, `/api/dashboards/${board}/shares`, {});
  const path = new URL(link).pathname;
  const firstBytes = [];
  const cards = [];
  for (let time = 0; time < 12; time += 1) {
    const begun = performance.now();
    const answer = await fetch(url + path);
    // The head is here; the body may still be on its way.
    firstBytes.push(performance.now() - begun);
    await answer.text();
    const asked = performance.now();
    await (await fetch(`${url}${path}/card.png`)).arrayBuffer();
    cards.push(performance.now() - asked);
  }
  const viewer = await browser.newPage();
  const client = await viewer.context().newCDPSession(viewer);
  await client.send('Network.enable');
  let bytes = 0;
  client.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await viewer.goto(url + path, { waitUntil: 'networkidle' }).catch(() => viewer.waitForTimeout(2_000));
  await viewer.close();
  say('share page, all that is fetched', bytes / 1000, 'KB', 100, 1);
  say('share page, first byte, warm', median(firstBytes.slice(2)), 'ms', 30, 1);
  say('card of a share', median(cards.slice(2)), 'ms', 200);
}

/** From a click on another range, whose answers are kept, until it is painted. */
async function rangeChange(page, url, board) {
  for (const range of ['7d', '30d', '7d']) {
    await page.goto(`${url}/dashboards/${board}?range=${range}`);
    await hydrated(page);
  }
  const taken = [];
  for (const range of ['30d', '7d', '30d', '7d', '30d', '7d', '30d', '7d', '30d']) {
    taken.push(await page.evaluate((range) => new Promise((done) => {
      const grid = document.querySelector('.grid[data-board]');
      const link = document.querySelector(`#range a[href*="range=${range}"]`);
      let wasAsked = false;
      const watch = new MutationObserver(() => {
        if (grid.classList.contains('stale')) wasAsked = true;
        else if (wasAsked) {
          watch.disconnect();
          requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun)));
        }
      });
      watch.observe(grid, { attributes: true, attributeFilter: ['class'] });
      const begun = performance.now();
      link.click();
    }), range));
    await page.waitForTimeout(300);
  }
  say('another range, answers kept, until painted', median(taken.slice(1)), 'ms', 100);
}

/** Frames while one of 30 cards is dragged across the others. */
async function drag(page, url) {
  const query = { kind: 'trend', series: [{ measure: 'count' }], range: { last: '30d' } };
  const widgets = Array.from({ length: 30 }, (_, at) => ({
    type: ['line', 'bar', 'area'][at % 3], title: `Card ${at}`, config: { query },
    position: { x: (at % 3) * 4, y: Math.floor(at / 3) * 4 }, size: { w: 4, h: 4 },
  }));
  const { id } = await send(page, '/api/dashboards/import', { dashboard: { name: 'Thirty' }, widgets });
  await page.goto(`${url}/dashboards/${id}`);
  await hydrated(page);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.waitForTimeout(1_000);
  const head = (await page.locator('article.card .card-head').first().boundingBox());
  const from = { x: head.x + 60, y: head.y + 10 };
  await page.evaluate(() => {
    const times = [];
    const next = (now) => {
      times.push(now);
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
    Object.assign(window, { frameTimes: times });
  });
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  const begun = await page.evaluate(() => performance.now());
  for (let step = 1; step <= 120; step += 1) {
    await page.mouse.move(from.x + step * 5, from.y + Math.sin(step / 10) * 200 + 200);
  }
  const frames = await page.evaluate((begun) => window.frameTimes.filter((time) => time >= begun), begun);
  await page.mouse.up();
  const gaps = frames.slice(1).map((time, at) => time - frames[at]);
  const whole = frames.at(-1) - frames[0];
  const rate = (gaps.length * 1000) / whole;
  rows.push({ what: 'dragging one of 30 cards', measured: `${round(rate)} frames/s, longest ${round(Math.max(...gaps))} ms`, budget: 'at least 60 frames/s', met: rate >= 59 });
}

/** Until script has taken the page over, from its own beginning and from the arrival of the WASM, on a processor four times as slow. */
async function hydration(page, url, board) {
  const slow = await page.context().newPage();
  const client = await slow.context().newCDPSession(slow);
  await client.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await slow.addInitScript(() => {
    new MutationObserver((_, watch) => {
      if (document.documentElement.dataset.hydrated !== 'true') return;
      watch.disconnect();
      Object.assign(window, { hydratedAt: performance.now() });
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-hydrated'] });
  });
  const taken = [];
  for (let time = 0; time < 7; time += 1) {
    await slow.goto(`${url}/dashboards/${board}`);
    await hydrated(slow);
    taken.push(await slow.evaluate(() => {
      const [wasm] = performance.getEntriesByType('resource').filter((entry) => entry.name.endsWith('/datapulse.wasm'));
      const [begun] = performance.getEntriesByName('hydrate');
      return { itself: window.hydratedAt - begun.startTime, arrived: window.hydratedAt - (wasm?.responseEnd ?? 0) };
    }));
  }
  await slow.close();
  const of = (part) => median(taken.slice(1).map((times) => times[part]));
  say('hydration at a quarter of the speed', of('itself'), 'ms', 300);
  say('the same from the arrival of the WASM: reading, laying out and painting the page is in it', of('arrived'), 'ms', null);
}

const { url, server, folder } = await started();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  await sizes();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', timezoneId: 'UTC' });
  const page = await context.newPage();
  await signIn(page, url);
  const board = await demoBoard(page);
  await shared(browser, page, url, board);
  await rangeChange(page, url, board);
  await drag(page, url);
  await hydration(page, url, board);
} finally {
  await browser.close();
  const stopped = once(server, 'exit');
  server.kill('SIGTERM');
  await stopped;
  await rm(folder, { recursive: true, force: true });
}

console.log('| what | measured | budget | |\n|---|---|---|---|');
for (const { what, measured, budget, met } of rows) {
  console.log(`| ${what} | ${measured} | ${budget} | ${met === null ? '' : met ? 'met' : '**missed**'} |`);
}
