import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Frame, Page } from '@playwright/test';

import { type Account, call, server } from './account.ts';
import { expect, test } from './fixtures.ts';
import { PASSWORD, hydrated } from './people.ts';
import { Site, html } from './site.ts';

/** What would run, load, break out or turn around if anybody took it for more than text. */
const TRICKS = `"><img src=/harm onerror=harm()><script>harm()</script>'{{7*7}}\${7*7}\u202Eevil`;
const LINK = 'javascript:harm()';
const hostile = (what: string): string => `${what} ${TRICKS}`;
/** Names that stand within sentences may not turn them around; everything else they may. */
const named = (what: string): string => hostile(what).replace('\u202E', '');

interface Planted extends Account {
  email: string;
  board: string;
  widgets: string[];
  share: string;
  invitation: string;
}

/** Puts them wherever people and programs may write. */
async function plant(): Promise<Planted> {
  const email = `hostile-${process.pid}-${Date.now()}@example.org`;
  const turned = await fetch(`${server()}/api/auth/register`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: `turned-${email}`, password: PASSWORD, name: hostile('person') }),
  });
  expect(turned.status).toBe(422);
  const made = await call('', 'POST', '/api/auth/register', {
    email, password: PASSWORD, name: named('person'), organization: named('organization'),
  });
  const [token, organization] = [made.access_token, made.organization.id];
  const post = (path: string, body: unknown) => call(token, 'POST', path, body);
  const { key } = await post(`/api/organizations/${organization}/keys`, { name: named('key'), kind: 'write' });
  const user = hostile('user');
  const event = (name: string, more: object = {}) => ({
    name, user_id: user, anonymous_id: hostile('visitor'), session_id: hostile('session'),
    properties: { [hostile('property')]: hostile('value'), '=SUM(1)': '=1+1', at: '@SUM(1)', minus: '-1+1', link: LINK, $url: LINK, $path: hostile('/path'), $referrer: LINK }, ...more,
  });
  const sent = await fetch(`${server()}/api/analytics/events`, {
    method: 'POST',
    headers: { 'x-write-key': key, 'content-type': 'application/json', 'user-agent': hostile('agent').replace('\u202E', '') },
    body: JSON.stringify([
      event(hostile('event')), event('=second'), event('visit'),
      { name: '$identify', user_id: user, properties: { $set: { name: hostile('name'), email: hostile('mail'), website: LINK, [hostile('trait')]: hostile('trait value') } } },
    ]),
  });
  expect((await sent.json()).accepted).toBe(4);

  const range = { last: '7d' };
  const trend = (measure = 'count') => ({ kind: 'trend', series: [{ event: hostile('event'), measure, label: hostile('label') }], range });
  const broken = { ...trend(), breakdown: { property: hostile('property'), limit: 5 } };
  const byEvent = { kind: 'trend', series: [{ measure: 'count' }], breakdown: { property: '$name', limit: 9 }, range };
  const text = { options: { text: `# ${TRICKS}\n\n[click](${LINK}) ![picture](${LINK}) <a href="${LINK}">x</a>\n\n${TRICKS}` } };
  const asked: [string, object][] = [
    ['line', { query: broken }], ['bar', { query: byEvent }], ['horizontal_bar', { query: byEvent }], ['pie', { query: byEvent }],
    ['table', { query: broken }], ['stat', { query: trend() }], ['table', { query: { kind: 'events', range, limit: 20 } }],
    ['feed', { query: { kind: 'events', range, limit: 20 } }],
    ['funnel', { query: { kind: 'funnel', steps: [{ event: hostile('event') }, { event: 'visit' }], window: '7d', range } }],
    ['paths', { query: { kind: 'paths', from: { event: hostile('event') }, steps: 3, per: 'user', by: 'event', range } }],
    ['text', text],
  ];
  const widgets = asked.map(([type, config], at) => ({
    type, title: hostile(`${type} title`), config, position: { x: (at % 2) * 6, y: Math.floor(at / 2) * 4 }, size: { w: 6, h: 4 },
  }));
  const imported = await post('/api/dashboards/import', { dashboard: { name: named('board'), description: hostile('description') }, widgets });
  await post('/api/segments', { name: named('segment'), filter: { property: hostile('property'), op: 'eq', value: hostile('value') } });
  await post(`/api/dashboards/${imported.id}/annotations`, { text: hostile('annotation') });
  const share = await post(`/api/dashboards/${imported.id}/shares`, { name: named('share'), viewer_may: ['range', 'filter', 'download'] });
  const guest = `"<img/src=x/onerror=harm()>"@example.org`;
  const invite = (address: string) => fetch(`${server()}/api/organizations/${organization}/invitations`, {
    method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ email: address, role: 'viewer' }),
  });
  const refused = await invite(guest);
  expect([201, 422], await refused.text()).toContain(refused.status);
  const invited = await invite(`guest-of-${email}`);
  const stored = await call(token, 'GET', `/api/dashboards/${imported.id}/widgets`);
  const count = async () => (await post('/api/analytics/query', { kind: 'trend', series: [{ measure: 'count' }], range })).series[0].total;
  await expect.poll(count).toBeGreaterThanOrEqual(3);
  return {
    token, organization, writeKey: key, email, board: imported.id, share: share.url,
    widgets: stored.items.map((widget: { id: string }) => widget.id), invitation: (await invited.json()).url,
  };
}

/** Whatever of it ran, was loaded, or became more than text. */
async function isHarmless(page: Page | Frame, what: string): Promise<void> {
  const found = await page.evaluate(() => {
    const all = [...document.querySelectorAll('*')];
    const attributes = all.flatMap((element) => [...element.attributes].map((attribute) => [element.tagName, attribute.name, attribute.value] as const));
    return {
      ran: (window as unknown as { harmed?: boolean }).harmed ?? false,
      pictures: document.querySelectorAll('[src="/harm"]').length,
      handlers: attributes.filter(([, name]) => /^on/i.test(name)).map(String),
      links: attributes.filter(([, name, value]) => /^(href|src|action|formaction|xlink:href|data)$/i.test(name) && /^\s*javascript:/i.test(value)).map(String),
      computed: document.body?.innerText.match(/\b49\b/g)?.length && !document.body.innerText.includes('7*7') ? 'an expression was computed' : '',
      cookie: document.cookie,
    };
  });
  expect(found, what).toEqual({ ran: false, pictures: 0, handlers: [], links: [], computed: '', cookie: '' });
}

test('what people and programs write is text, on every page and in everything that is taken along', async ({ page, browser, complaints }) => {
  test.setTimeout(300_000);
  const planted = await plant();
  const loaded: string[] = [];
  page.context().on('request', (request) => loaded.push(new URL(request.url()).pathname));
  await page.context().addInitScript(() => Object.assign(window, { harm: () => Object.assign(window, { harmed: true }) }));
  page.context().on('dialog', (dialog) => { loaded.push('/harm'); void dialog.dismiss(); });

  await page.goto('/login');
  await page.getByLabel('E-mail').fill(planted.email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Dashboards', exact: true })).toBeVisible();

  const person = `/users/${encodeURIComponent(hostile('user'))}`;
  const board = `/dashboards/${planted.board}`;
  // What each page shows of it, as text.
  const shown: [string, string[]][] = [
    ['/', [named('board')]],
    [board, [named('board'), hostile('line title'), hostile('text title')]],
    [`${board}/widgets/${planted.widgets[0]}`, []],
    [`${board}/widgets/new`, []],
    ['/live', [hostile('event')]],
    ['/users', []],
    ['/users?show=events', [hostile('event')]],
    [person, [hostile('name')]],
    ['/settings/keys', [named('key')]],
    ['/settings/organization', []],
    ['/settings/data', []],
    ['/settings/members', [named('person'), named('organization')]],
    ['/settings/account', []],
    ['/settings/shares', [named('person'), named('board'), named('share')]],
    ['/settings/audit', [named('person')]],
    ['/start', []],
    ['/explore', []],
    ['/segments', [named('segment')]],
    [new URL(planted.invitation).pathname, [named('organization')]],
  ];
  for (const [path, texts] of shown) {
    await page.goto(path);
    await hydrated(page);
    await page.waitForLoadState('networkidle');
    for (const text of texts) {
      await expect(page.getByText(text).first(), `${path} shows it as it is`).toBeAttached();
    }
    await isHarmless(page, path);
  }
  await page.goto(board);
  await hydrated(page);
  await expect(page).toHaveTitle(new RegExp(named('board').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  // What script draws when somebody points at a chart.
  for (const chart of await page.locator('article svg').all()) {
    await chart.hover({ force: true }).catch(() => undefined);
  }
  await isHarmless(page, 'the board with what is pointed at');

  for (const path of [planted.share, `${planted.share}/embed`]) {
    await page.goto(path);
    await page.waitForLoadState('load');
    await isHarmless(page, path);
  }
  await page.goto(planted.share);
  await expect(page.getByText(named('board')).first()).toBeAttached();

  // Taken along, it is opened where no policy of ours protects anybody.
  const read = async (path: string): Promise<string> => {
    const answer = await page.request.get(path);
    expect(answer.status(), path).toBe(200);
    return answer.text();
  };
  const files: Record<string, string> = { '/saved': await read(`${planted.share}/document.html`) };
  for (const id of planted.widgets.slice(0, 4)) {
    const picture = await read(`/api/widgets/${id}/chart.svg`);
    files[`/inline/${id}`] = html('', picture);
    await page.goto(`/api/widgets/${id}/chart.svg`);
    expect(await page.evaluate(() => (window as unknown as { harmed?: boolean }).harmed ?? false), 'an SVG by itself').toBe(false);
  }
  // For a picture that is opened by itself Chromium asks for an icon of the site.
  const others = complaints.filter((complaint) => !complaint.includes('/favicon.ico'));
  complaints.splice(0, complaints.length, ...others);
  const site = await Site.open(files);
  const context = await browser.newContext();
  const outside = await context.newPage();
  await outside.addInitScript(() => Object.assign(window, { harm: () => Object.assign(window, { harmed: true }) }));
  outside.on('request', (request) => loaded.push(new URL(request.url()).pathname));
  for (const path of Object.keys(files)) {
    await outside.goto(site.url + path);
    await outside.waitForLoadState('networkidle');
    await isHarmless(outside, path);
  }
  await outside.goto(`${site.url}/saved`);
  await expect(outside.getByText(named('board')).first()).toBeAttached();
  await context.close();
  site.close();

  const document = await (await page.request.get(`/api/dashboards/${planted.board}/document.pdf`)).body();
  expect(document.subarray(0, 5).toString()).toBe('%PDF-');
  const readOut = squeezed(await spoken(document));
  for (const text of [named('board'), hostile('description'), hostile('line title')]) {
    // What is turned around is copied in the order in which it is seen.
    const [before] = text.split('\u202E');
    expect(readOut, 'the PDF says it as it is').toContain(squeezed(before!));
  }
  const raw = await words(document);
  expect(raw).not.toMatch(/\/(JavaScript|JS|Launch|URI|OpenAction|AA)\b/);
  expect(loaded.filter((path) => path === '/harm'), 'nothing was loaded').toEqual([]);
});

test('no cell of a table is a formula', async ({ page }) => {
  const planted = await plant();
  const headers = { authorization: `Bearer ${planted.token}` };
  const paths = planted.widgets.map((id) => `/api/widgets/${id}/data.csv`);
  let formulas = 0;
  for (const path of [...paths, '/api/analytics/export?format=csv&from=2020-01-01&to=2099-01-01']) {
    const answer = await page.request.get(path, { headers });
    if (answer.status() === 422 || answer.status() === 404) {
      continue; // A text has no data.
    }
    expect(answer.status(), path).toBe(200);
    const cells = cellsOf(await answer.text());
    const wrong = cells.filter((cell) => /^[=+\-@\t\r\n]/.test(cell) && !/^-?\d+(\.\d+)?(e-?\d+)?$/i.test(cell));
    expect(wrong, path).toEqual([]);
    formulas += cells.filter((cell) => /^'[=+\-@]/.test(cell)).length;
  }
  expect(formulas, 'there were some to defuse').toBeGreaterThan(3);
});

/** The cells of a CSV (RFC 4180). */
function cellsOf(text: string): string[] {
  const cells = text.matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(?:,|\r?\n|$)/g);
  return [...cells].map(([, cell]) => (cell!.startsWith('"') ? cell!.slice(1, -1).replaceAll('""', '"') : cell!));
}

/** The text of a PDF, as readers copy it. */
async function spoken(document: Buffer): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'datapulse-pdf-')), 'document.pdf');
  await writeFile(file, document);
  const { stdout } = await promisify(execFile)('pdftotext', [file, '-'], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** Without the spaces and the breaks of lines. */
function squeezed(text: string): string {
  return text.replace(/\s+/g, '');
}

/** A PDF with its streams inflated, as far as they can be. */
async function words(document: Buffer): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'datapulse-pdf-')), 'document.pdf');
  await writeFile(file, document);
  const script = `
import re, sys, zlib
data = open(sys.argv[1], 'rb').read()
out = [re.sub(rb'stream\\r?\\n.*?endstream', b'', data, flags=re.S)]
for head, body in re.findall(rb'<<((?:(?!>>\\s*stream).)*?/ObjStm.*?)>>\\s*stream\\r?\\n(.*?)endstream', data, flags=re.S):
    out.append(zlib.decompressobj().decompress(body))
sys.stdout.buffer.write(b'\\n'.join(out))`;
  const { stdout } = await promisify(execFile)('python3', ['-c', script, file], { encoding: 'latin1', maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
