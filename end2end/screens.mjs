// Takes the pictures in docs/screens anew, from the demo: run by `scripts/screens.sh`. Look at each before it is kept.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { chromium } from '@playwright/test';

const program = process.env.DATAPULSE_PROGRAM;
const folder = await mkdtemp(join(tmpdir(), 'datapulse-screens-'));
const env = { ...process.env, DATAPULSE_ADDR: '127.0.0.1:0', DATAPULSE_DATA_DIR: folder, DATAPULSE_RATE_LIMITS: 'off', DATAPULSE_LOG: 'warn' };
await promisify(execFile)(program, ['seed', '--demo'], { env });
const server = spawn(program, ['serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
const lines = createInterface({ input: server.stdout });
const [line] = await once(lines, 'line');
lines.on('line', () => undefined);
const url = line.trim().replace(/\/$/, '');

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

async function shoot(page, name, path) {
  await page.goto(url + path);
  if (!path.startsWith('/s/')) await page.waitForFunction(() => document.documentElement.dataset.hydrated === 'true');
  await page.waitForFunction(() => !document.querySelector('.stale, .skeleton'));
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(700);
  // On a phone the whole page, on a desk what is seen at first.
  const seen = page.viewportSize();
  if (seen.width < 600) {
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ ...seen, height });
    await page.waitForTimeout(500);
  }
  if (await page.getByRole('heading', { name: 'Not found' }).count()) throw new Error(`${path} is not there`);
  await page.screenshot({ path: `../docs/screens/${name}.png` });
  await page.setViewportSize(seen);
}

try {
  for (const colorScheme of ['light', 'dark']) {
    for (const [size, viewport] of [['', { width: 1440, height: 980 }], ['-phone', { width: 390, height: 844 }]]) {
      const context = await browser.newContext({ colorScheme, viewport, locale: 'en-GB', timezoneId: 'UTC' });
      const page = await context.newPage();
      await page.goto(`${url}/login`);
      await page.getByLabel('E-mail').fill('demo@datapulse.local');
      await page.getByLabel('Password').fill('datapulse-demo');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Dashboards', exact: true }).waitFor();
      const { boards, user, link } = await page.evaluate(async () => {
        const ask = async (path, body) => (await fetch(path, body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).json();
        const { items } = await ask('/api/dashboards');
        const boards = Object.fromEntries(items.map(({ name, id }) => [name, id]));
        const q = JSON.stringify({ kind: 'events', event: 'purchase', range: { last: '30d' } });
        const { items: people } = await ask(`/api/analytics/users?q=${encodeURIComponent(q)}`);
        const { url: made } = await ask(`/api/dashboards/${boards['Product overview']}/shares`, { viewer_may: ['range', 'filter', 'download'] });
        return { boards, user: people[0]?.id, link: new URL(made).pathname };
      });
      const tail = `${colorScheme}${size}`;
      await shoot(page, `dashboard-${tail}`, `/dashboards/${boards['Product overview']}`);
      await shoot(page, `web-traffic-${tail}`, `/dashboards/${boards['Web traffic, May 2015']}`);
      await shoot(page, `users-${tail}`, '/users');
      await shoot(page, `user-${tail}`, `/users/${encodeURIComponent(user)}`);
      if (size === '') {
        const funnel = { kind: 'funnel', steps: [{ event: 'page_view' }, { event: 'sign_up' }, { event: 'checkout_started' }, { event: 'purchase' }], window: '14d', range: { last: '30d' } };
        await shoot(page, `explore-${tail}`, `/explore?${new URLSearchParams({ q: JSON.stringify(funnel), as: 'funnel' })}`);
        await shoot(page, `editor-${tail}`, `/dashboards/${boards['Product overview']}/widgets/new`);
        await page.setViewportSize({ width: 1100, height: 1100 });
        if (colorScheme === 'light') await shoot(page, `share-${tail}`, link);
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
  const stopped = once(server, 'exit');
  server.kill('SIGTERM');
  await stopped;
  await rm(folder, { recursive: true, force: true });
}
