import type { Page } from '@playwright/test';

import { expect, test } from './fixtures.ts';
import { hydrated, makeDashboard, makeWriteKey, register } from './people.ts';
import { isSoundNow } from './sound.ts';

/** Sends events with a write key, as an app does. */
async function send(key: string, events: unknown): Promise<void> {
  const answer = await fetch(`${process.env.DATAPULSE_URL}/api/analytics/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-write-key': key },
    body: JSON.stringify(events),
  });
  expect(answer.status).toBe(202);
}

/** A dashboard with one card: how many sign-ups there were. */
async function boardWithFigure(page: Page, type = 'stat'): Promise<string> {
  const board = await makeDashboard(page, 'Growth');
  const id = board.split('/').at(-1)!;
  const query = { kind: 'trend', series: [{ event: 'signup', measure: 'count' }], range: { last: '7d' }, interval: 'day' };
  const made = await page.evaluate(
    async ([path, body]) => {
      const answer = await fetch(path!, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      return answer.status;
    },
    [`/api/dashboards/${id}/widgets`, JSON.stringify({ type, title: 'Sign-ups', config: { query } })],
  );
  expect(made).toBe(201);
  return board;
}

const dot = (page: Page) => page.locator('live-board');
const figure = (page: Page) => page.getByRole('article', { name: 'Sign-ups' }).locator('.stat-value');

test('a dashboard follows what happens, says when it does not, and comes back', async ({ page, complaints }) => {
  await register(page, 'Live');
  const key = await makeWriteKey(page);
  const board = await boardWithFigure(page);
  let drop = () => {};
  await page.routeWebSocket(/\/api\/ws$/, (socket) => {
    socket.connectToServer();
    drop = () => void socket.close({ code: 1012 });
  });
  await page.goto(board);
  await hydrated(page);
  await expect(dot(page)).toHaveAttribute('data-state', 'live');
  await expect(figure(page)).toHaveText('0');
  // Long enough after the first look that the next is made at once.
  await page.waitForTimeout(1200);
  await send(key, [{ name: 'signup' }, { name: 'signup' }]);
  await expect(figure(page)).toHaveText('2');

  drop();
  await expect(dot(page)).toHaveAttribute('data-state', 'stale');
  await expect(dot(page)).toHaveAttribute('data-state', 'live');
  // Another's change of the dashboard shows, too.
  const id = board.split('/').at(-1)!;
  await page.evaluate(async (id) => {
    const answer = await fetch(`/api/dashboards/${id}`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: 'Renamed elsewhere' }) });
    if (!answer.ok) throw new Error(await answer.text());
  }, id);
  await expect(page.getByLabel('Name of the dashboard')).toHaveValue('Renamed elsewhere');

  // Whoever is signed out elsewhere sees that nothing follows any more.
  await page.request.post('/logout', { headers: { 'sec-fetch-site': 'same-origin' } });
  await expect(dot(page)).toHaveAttribute('data-state', 'stale');
  await expect(dot(page)).toHaveAttribute('aria-label', /^Not live since/);
  // The browser reports the refused connections by itself.
  expect(complaints.filter((complaint) => !/WebSocket|401|403/.test(complaint))).toEqual([]);
  complaints.length = 0;
});

test('what a chart says under a pointer at rest follows the chart', async ({ page }) => {
  await register(page, 'Pointer');
  const key = await makeWriteKey(page);
  await send(key, [{ name: 'signup' }]);
  await page.goto(await boardWithFigure(page, 'line'));
  await hydrated(page);
  await expect(dot(page)).toHaveAttribute('data-state', 'live');
  const tip = page.locator('#chart-tip');
  await expect(async () => {
    await page.getByRole('heading', { name: 'Sign-ups' }).hover();
    await page.getByRole('article', { name: 'Sign-ups' }).locator('.chart-hit').last().hover();
    await expect(tip).toContainText(/: 1$/, { timeout: 1_000 });
  }).toPass();
  await send(key, [{ name: 'signup' }, { name: 'signup' }]);
  await expect(tip).toContainText(/: 3$/);
  await expect(tip).toBeVisible();
});

test('the live page begins with what came a moment ago, each once', async ({ page }) => {
  await register(page, 'Late');
  const key = await makeWriteKey(page);
  await send(key, [{ name: 'before', user_id: 'ada' }, { name: 'other', user_id: 'bob' }]);
  await expect.poll(async () => (await (await page.request.get('/api/analytics/events/names')).json()).items.length).toBe(2);
  await page.goto('/live');
  const list = page.getByRole('list', { name: 'Events, the newest first' });
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await expect(page.locator('live-events .live-dot')).toHaveAttribute('data-state', 'live');
  await send(key, [{ name: 'after', user_id: 'ada' }]);
  await expect(list.getByRole('listitem')).toHaveCount(3);
  await expect(list.getByRole('listitem').first()).toContainText('after');
  await page.getByLabel('Only events named').fill('before');
  await expect(list.getByRole('listitem')).toHaveCount(1);
  await isSoundNow(page, 'the live page with events');
});

test('the live page lists events as they arrive, with what was refused and why', async ({ page }) => {
  await register(page, 'Watcher');
  const key = await makeWriteKey(page);
  await page.getByRole('link', { name: 'Live' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Live' })).toBeVisible();
  await expect(page.locator('live-events .live-dot')).toHaveAttribute('data-state', 'live');
  await send(key, [
    { name: 'page_view', user_id: 'ada', properties: { $path: '/pricing' } },
    { name: '', properties: { plan: 'pro' } },
  ]);
  const list = page.getByRole('list', { name: 'Events, the newest first' });
  await expect(list.getByText('page_view', { exact: true })).toBeVisible();
  await expect(list.getByText('`name` must not be empty.')).toBeVisible();
  await expect(page.getByRole('article', { name: 'Visitors' }).locator('.stat-value')).toHaveText('1');
  await expect(page.getByRole('article', { name: 'Top pages' })).toContainText('/pricing');
  await list.getByText('page_view', { exact: true }).click();
  await expect(list.locator('pre').filter({ hasText: '"user_id": "ada"' })).toBeVisible();
  await isSoundNow(page, '/live');

  await page.getByLabel('Only events named').fill('sign');
  await page.waitForTimeout(700);
  await send(key, [{ name: 'page_view' }, { name: 'signup' }]);
  await expect(list.getByText('signup', { exact: true })).toBeVisible();
  await expect(list.getByText('page_view', { exact: true })).toHaveCount(0);

  await page.getByLabel('An event as you would send it').fill('{"name": "order", "timestamp": "2999-01-01T00:00:00Z"}');
  await page.getByRole('button', { name: 'Try it' }).click();
  const dry = page.locator('live-dry-run');
  await expect(dry.getByText('Nothing was kept')).toBeVisible();
  await expect(dry.getByText('more than 24 hours ahead')).toBeVisible();
  await expect(dry.locator('pre')).toContainText('"name": "order"');
  await isSoundNow(page, '/live after a dry run');
});

test('a link is made with everything that it may have, and works without script', async ({ page, browser, complaints }) => {
  await register(page, 'Sharer');
  const key = await makeWriteKey(page);
  const board = await boardWithFigure(page);
  await send(key, [{ name: 'signup' }]);
  await page.goto(board);
  await hydrated(page);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await page.getByText('Password, permissions, embedding').click();
  await page.getByLabel('Password (optional)').fill('open sesame');
  await page.getByLabel('Choose another range').check();
  await page.getByLabel('Save it as a file').check();
  await page.getByLabel('Sites that may show it in a frame').fill('nonsense');
  await page.getByRole('button', { name: 'Create link' }).click();
  await expect(page.getByText('Write a site as https://www.example.org')).toBeVisible();
  // Chromium reports the refusal, status 422, as an error.
  const others = complaints.filter((complaint) => !complaint.includes('422'));
  complaints.splice(0, complaints.length, ...others);
  await page.getByLabel('Sites that may show it in a frame').fill('https://intranet.example.org');
  await page.getByRole('button', { name: 'Create link' }).click();
  const made = page.getByLabel('Share link');
  await expect(made).toBeVisible();
  await isSoundNow(page, 'the share panel');
  const first = await made.inputValue();
  await expect(page.getByLabel('Code for your site')).toHaveValue(/<iframe src=".*\/embed"/);
  await expect(page.getByRole('list', { name: 'Links' })).toContainText('has a password, range, downloads');
  await page.getByRole('button', { name: 'New address for Link' }).click();
  await expect(made).not.toHaveValue(first);
  const url = await made.inputValue();

  const plain = await browser.newContext({ javaScriptEnabled: false });
  const viewer = await plain.newPage();
  expect((await viewer.goto(first))!.status()).toBe(404);
  expect((await viewer.goto(url))!.status()).toBe(401);
  await viewer.getByLabel('Password').fill('wrong one');
  await viewer.getByRole('button', { name: 'Open' }).click();
  await expect(viewer.getByText('That is not the password.')).toBeVisible();
  await viewer.getByLabel('Password').fill('open sesame');
  await viewer.getByRole('button', { name: 'Open' }).click();
  await expect(viewer.locator('.stat-value')).toHaveText('1');
  await viewer.locator('summary').first().click();
  await viewer.getByRole('link', { name: 'Last 30 days' }).click();
  await expect(viewer).toHaveURL(/range=30d/);
  await expect(viewer.locator('.range-words')).toHaveText('Last 30 days');
  await plain.close();
});

test('a shared page follows what happens', async ({ page, browser }) => {
  await register(page, 'Public');
  const key = await makeWriteKey(page);
  const board = await boardWithFigure(page);
  await page.goto(board);
  await hydrated(page);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await page.getByRole('button', { name: 'Create link' }).click();
  const url = await page.getByLabel('Share link').inputValue();
  const context = await browser.newContext();
  const viewer = await context.newPage();
  const complaints: string[] = [];
  viewer.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await viewer.goto(url);
  await expect(viewer.locator('.live-state')).toContainText('live');
  await expect(viewer.locator('.stat-value')).toHaveText('0');
  await send(key, [{ name: 'signup' }]);
  await expect(viewer.locator('.stat-value')).toHaveText('1');
  const [script] = await viewer.evaluate(() => performance.getEntriesByType('resource').filter((entry) => entry.name.endsWith('.js')).map((entry) => (entry as PerformanceResourceTiming).decodedBodySize));
  expect(script).toBeLessThan(10 * 1024);
  expect(complaints).toEqual([]);
  await page.getByRole('button', { name: 'Revoke Link' }).click();
  await expect(viewer.locator('.live-state')).toContainText('not live any more');
  await context.close();
});
