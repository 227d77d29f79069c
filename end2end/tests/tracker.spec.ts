import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { Page } from '@playwright/test';

import { account, type Account, profile, server, stored } from './account.ts';
import { expect, test } from './fixtures.ts';
import { hydrated, makeWriteKey, register } from './people.ts';
import { html, Site } from './site.ts';

const BODY = `
  <button data-dp-event="signup_click" data-dp-plan="team"><b>Sign up</b></button>
  <a id="out" href="https://elsewhere.example/x?y=1" onclick="event.preventDefault()">Elsewhere</a>
  <a id="in" href="/b">Inside</a>
  <form data-dp-event="searched" data-dp-where="header" onsubmit="event.preventDefault()"><input name="q"><button>Go</button></form>`;

const tag = (ada: Account, more = ''): string =>
  `<script defer src="${server()}/dp.js" data-key="${ada.writeKey}" ${more}></script>`;

async function open(head: string): Promise<Site> {
  return Site.open({ '*': html(head, BODY) });
}

async function tracked(page: Page): Promise<void> {
  await page.waitForFunction(() => typeof (window as any).dp?.identify === 'function');
}

test('the tracker is small', () => {
  const bytes = readFileSync(join(import.meta.dirname, '../../public/dp.js'));
  expect(gzipSync(bytes, { level: 9 }).length).toBeLessThanOrEqual(3 * 1024);
});

test('page views, links, marked elements and own events, without anything kept in the browser', async ({ page, context }) => {
  const ada = await account('tracker');
  const site = await open(`<script>window.dp = window.dp || function () { (dp.q = dp.q || []).push(arguments) }; dp('early', { n: 1 })</script>${tag(ada)}`);
  await page.goto(`${site.url}/a?utm_source=news`, { referer: 'https://www.google.com/' });
  await tracked(page);
  await page.evaluate(() => {
    history.pushState(null, '', '/b');
    document.title = 'B';
  });
  await page.locator('#out').click();
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByRole('button', { name: 'Go' }).click();
  await page.evaluate(() => {
    (window as any).dp('order completed', { total: 12.5 });
    (window as any).dp.identify('u1', { plan: 'team' });
    (window as any).dp('later');
  });
  const events = await stored(ada, 9);
  site.close();
  const of = (name: string) => events.filter((event) => event.name === name);
  const views = of('page_view').sort((a, b) => String(a.properties.$path).localeCompare(String(b.properties.$path)));
  expect(views).toHaveLength(2);
  expect(views[0].properties).toMatchObject({
    $path: '/a',
    $title: 'Shop',
    $referrer_domain: 'google.com',
    utm_source: 'news',
    $device: 'bot',
    $bot: true,
    $language: 'en-GB',
    $screen: '1280x900',
  });
  expect(views[1].properties).toMatchObject({ $path: '/b', $title: 'B', $referrer: `${site.url}/a?utm_source=news` });
  expect(views[1].properties).not.toHaveProperty('$channel');
  expect(of('early')[0].properties).toMatchObject({ n: 1 });
  expect(of('outbound_link')[0].properties).toMatchObject({ href: 'https://elsewhere.example/x?y=1' });
  expect(of('signup_click')[0].properties).toMatchObject({ plan: 'team' });
  expect(of('searched')[0].properties).toMatchObject({ where: 'header' });
  expect(of('order completed')[0].properties).toMatchObject({ total: 12.5 });
  expect(of('later')[0].user_id).toBe('u1');
  const visitors = new Set(events.filter((event) => !event.user_id).map((event) => event.anonymous_id));
  expect([...visitors]).toEqual([expect.stringMatching(/^day-/)]);
  expect(await profile(ada, 'u1')).toMatchObject({ properties: { plan: 'team' } });
  expect(await context.cookies()).toEqual([]);
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
});

test('what waits is sent when the visitor leaves', async ({ page }) => {
  const ada = await account('tracker-leaving');
  const site = await open(tag(ada));
  await page.goto(`${site.url}/a`);
  await tracked(page);
  await page.evaluate(() => {
    for (let n = 0; n < 45; n++) (window as any).dp('many', { n });
  });
  await page.goto('about:blank');
  const events = await stored(ada, 46);
  site.close();
  const numbers = events.filter((event) => event.name === 'many').map((event) => Number(event.properties.n));
  expect(numbers.sort((a, b) => a - b)).toEqual([...Array(45).keys()]);
});

test('a server that is away for a moment loses nothing and counts nothing twice', async ({ page, complaints }) => {
  const ada = await account('tracker-retry');
  const site = await open(tag(ada));
  let refused = 0;
  await page.route('**/api/analytics/events?**', async (route) => {
    if (refused++ < 1) {
      await route.fetch();
      await route.fulfill({ status: 503, headers: { 'access-control-allow-origin': '*' } });
    } else {
      await route.fallback();
    }
  });
  await page.goto(`${site.url}/a`);
  await tracked(page);
  await page.evaluate(() => (window as any).dp('once'));
  await expect.poll(() => refused).toBeGreaterThanOrEqual(2);
  await page.waitForTimeout(500);
  const events = await stored(ada, 2);
  site.close();
  expect(events.map((event) => event.name).sort()).toEqual(['once', 'page_view']);
  complaints.length = 0;
});

test('who asks not to be tracked is not', async ({ browser }) => {
  const ada = await account('tracker-dnt');
  const site = await open(tag(ada));
  const context = await browser.newContext();
  await context.addInitScript(() => Object.defineProperty(navigator, 'doNotTrack', { get: () => '1' }));
  const page = await context.newPage();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(`${site.url}/a`);
  await tracked(page);
  await page.evaluate(() => {
    (window as any).dp('x');
    (window as any).dp.flush();
  });
  await page.goto('about:blank');
  await context.close();
  site.close();
  expect(requests.filter((url) => url.includes('/api/'))).toEqual([]);
});

test('a site may keep an id, and serve the tracker under its own names', async ({ page }) => {
  const ada = await account('tracker-own');
  const site = await open(`<script defer src="/stats/a.js" data-key="${ada.writeKey}" data-endpoint="/stats/in" data-name="shop" data-storage="local" data-auto="off"></script>`);
  // What a proxy in front of the site does.
  await page.route(`${site.url}/stats/a.js`, async (route) => route.fulfill({ response: await route.fetch({ url: `${server()}/dp.js` }) }));
  await page.route(`${site.url}/stats/in?**`, async (route) => {
    const url = route.request().url().replace(`${site.url}/stats/in`, `${server()}/api/analytics/events`);
    await route.fulfill({ response: await route.fetch({ url }) });
  });
  for (const path of ['/a', '/b']) {
    await page.goto(site.url + path);
    await page.waitForFunction(() => typeof (window as any).shop?.identify === 'function');
    await page.evaluate((path) => (window as any).shop('seen', { path }), path);
    await page.evaluate(() => (window as any).shop.flush());
  }
  await page.evaluate(() => {
    (window as any).shop.identify('u1');
    (window as any).shop.flush();
  });
  const events = await stored(ada, 3);
  site.close();
  const ids = new Set(events.map((event) => event.anonymous_id));
  expect([...ids]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  expect(await profile(ada, events[0].anonymous_id!)).toMatchObject({ id: 'u1' });
});

test('the keys page says when the first event has arrived', async ({ page, context }) => {
  await register(page, 'Ada');
  const key = await makeWriteKey(page);
  await hydrated(page);
  await expect(page.getByText('Waiting for the first event')).toBeVisible();
  await expect(page.getByText('The first event is here')).toBeHidden();
  await expect(page.getByText(`data-key="${key}"`)).toBeVisible();
  const shop = await context.newPage();
  const site = await Site.open({ '*': html(`<script defer src="${server()}/dp.js" data-key="${key}"></script>`) });
  await shop.goto(site.url);
  await expect(page.getByText('The first event is here')).toBeVisible();
  await expect(page.getByText('Waiting for the first event')).toBeHidden();
  site.close();
});
