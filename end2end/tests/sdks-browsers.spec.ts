import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { account, call, profile, server, stored } from './account.ts';
import { expect, test } from './fixtures.ts';
import { html, Site } from './site.ts';

// Each of these packages is what its users install; only the host is ours. Their pages live on another origin.
test.use({
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
});

test('@segment/analytics-next', async ({ page }) => {
  const ada = await account('segment-next');
  const site = await Site.open({
    '/': html(
      `<script src="/npm/@segment/analytics-next/dist/umd/index.js"></script><script>
        window.analytics = AnalyticsNext.AnalyticsBrowser.load({ writeKey: '${ada.writeKey}', cdnURL: '${server()}/compat/segment' });
      </script>`,
    ),
  });
  await page.goto(`${site.url}/?utm_source=news&utm_campaign=spring`);
  await page.evaluate(async () => {
    const analytics = (window as any).analytics;
    await analytics.page('Home');
    await analytics.track('Opened', { step: 1 });
    await analytics.identify('u1', { email: 'u@example.org' });
    await analytics.track('Order Completed', { total: 12.5 });
    await analytics.group('acme', { seats: 5 });
  });
  const events = await stored(ada, 5);
  site.close();
  const named = (name: string) => events.find((event) => event.name === name)!;
  const view = named('page_view');
  expect(view.user_id ?? null).toBeNull();
  expect(view.properties).toMatchObject({
    name: 'Home',
    $path: '/',
    $title: 'Shop',
    $browser: 'Chrome',
    $os: 'Linux',
    $device: 'desktop',
    utm_source: 'news',
    utm_campaign: 'spring',
    $channel: 'Referral',
  });
  const order = named('Order Completed');
  expect(order).toMatchObject({ user_id: 'u1', anonymous_id: view.anonymous_id, properties: { total: 12.5 } });
  expect(await profile(ada, view.anonymous_id!)).toMatchObject({ id: 'u1', properties: { email: 'u@example.org' } });
  expect(await call(ada.token, 'GET', '/api/analytics/groups/group/acme')).toMatchObject({ properties: { seats: 5 } });
});

test('posthog-js', async ({ page }) => {
  const ada = await account('posthog-js');
  const site = await Site.open({
    '/': html(
      `<script type="module">
        import posthog from '/npm/posthog-js/dist/module.no-external.js';
        posthog.init('${ada.writeKey}', { api_host: '${server()}/compat/posthog', person_profiles: 'identified_only',
          capture_pageview: true, request_batching: true, disable_session_recording: true, disable_surveys: true,
          opt_out_useragent_filter: true, loaded: () => { window.posthog = posthog; } });
      </script>`,
      '<button>Buy</button>',
    ),
  });
  await page.goto(`${site.url}/?utm_source=news`);
  await page.waitForFunction(() => (window as any).posthog);
  await page.getByRole('button').click();
  await page.evaluate(() => {
    const posthog = (window as any).posthog;
    posthog.identify('u1', { email: 'u@example.org' }, { source: 'ads' });
    posthog.group('company', 'acme', { seats: 5 });
    posthog.capture('order completed', { total: 12.5 });
  });
  const known = ['page_view', '$autocapture', '$identify', '$groupidentify', 'order completed'];
  const events = await stored(ada, known.length, (event) => known.includes(event.name));
  site.close();
  const named = (name: string) => events.find((event) => event.name === name)!;
  const view = named('page_view');
  expect(view.user_id ?? null).toBeNull();
  expect(view.anonymous_id).toBeTruthy();
  expect(view.session_id).toBeTruthy();
  expect(view.properties).toMatchObject({ $path: '/', utm_source: 'news', $browser: 'Chrome', $device: 'desktop', $lib: 'web' });
  const order = named('order completed');
  expect(order).toMatchObject({
    user_id: 'u1',
    session_id: view.session_id,
    properties: { total: 12.5, $groups: { company: 'acme' } },
  });
  expect(order.anonymous_id).toBe(view.anonymous_id);
  for (const event of events) {
    expect(Math.abs(Date.parse(event.timestamp) - Date.now())).toBeLessThan(120_000);
    expect(event.properties).not.toHaveProperty('token');
  }
  const person = await profile(ada, view.anonymous_id!);
  expect(person).toMatchObject({ id: 'u1', properties: { email: 'u@example.org', source: 'ads' } });
});

test('plausible-tracker', async ({ page }) => {
  const ada = await account('plausible');
  const domain = `shop-${Date.now()}.example`;
  await call(ada.token, 'PATCH', `/api/organizations/${ada.organization}`, { domains: [domain] });
  const site = await Site.open({
    '*': html(
      `<script type="module">
        import Plausible from '/npm/plausible-tracker/build/module/index.js';
        const plausible = Plausible({ domain: '${domain}', apiHost: '${server()}/compat/plausible', trackLocalhost: true });
        plausible.enableAutoPageviews();
        plausible.trackEvent('signup', { props: { plan: 'team', seats: 5 } });
        document.documentElement.dataset.ready = 'true';
      </script>`,
    ),
  });
  await page.goto(`${site.url}/a?utm_source=news`);
  await page.locator('html[data-ready]').waitFor({ state: 'attached' });
  await page.evaluate(() => history.pushState(null, '', '/b'));
  const events = await stored(ada, 3);
  site.close();
  const views = events.filter((event) => event.name === 'page_view');
  expect(views.map((event) => event.properties.$path).sort()).toEqual(['/a', '/b']);
  const signup = events.find((event) => event.name === 'signup')!;
  expect(signup.properties).toMatchObject({ plan: 'team', seats: 5, $browser: 'Chrome', utm_source: 'news' });
  // No id was given: one visitor, for today.
  expect(new Set(events.map((event) => event.anonymous_id)).size).toBe(1);
});

test('@plausible-analytics/tracker', async ({ page }) => {
  const ada = await account('plausible-new');
  const domain = `books-${Date.now()}.example`;
  await call(ada.token, 'PATCH', `/api/organizations/${ada.organization}`, { domains: [domain] });
  const site = await Site.open({
    '*': html(
      `<script type="module">
        import { init, track } from '/npm/@plausible-analytics/tracker/plausible.js';
        init({ domain: '${domain}', endpoint: '${server()}/compat/plausible/api/event', captureOnLocalhost: true,
          customProperties: { theme: 'dark' } });
        track('signup', { props: { plan: 'team' }, revenue: { amount: 12.5, currency: 'EUR' } });
        document.documentElement.dataset.ready = 'true';
      </script>`,
    ),
  });
  await page.goto(`${site.url}/a?utm_source=news`);
  await page.locator('html[data-ready]').waitFor({ state: 'attached' });
  await page.evaluate(() => history.pushState(null, '', '/b'));
  const known = ['page_view', 'signup'];
  const events = await stored(ada, 3, (event) => known.includes(event.name));
  site.close();
  const views = events.filter((event) => event.name === 'page_view');
  expect(views.map((event) => event.properties.$path).sort()).toEqual(['/a', '/b']);
  const signup = events.find((event) => event.name === 'signup')!;
  expect(signup.properties).toMatchObject({ plan: 'team', theme: 'dark', revenue: 12.5, currency: 'EUR', $browser: 'Chrome' });
  expect(new Set(events.map((event) => event.anonymous_id)).size).toBe(1);
});

test("Umami's script", async ({ page }) => {
  const ada = await account('umami-script');
  const script = await readFile(join(import.meta.dirname, '../scripts/umami.js'), 'utf8');
  const head = `<script src="/script.js" data-website-id="${ada.organization}" data-host-url="${server()}/compat/umami"></script>`;
  const site = await Site.open(
    { '*': html(head, '<button data-umami-event="buy" data-umami-event-plan="team">Buy</button>') },
    { '/script.js': script },
  );
  await page.goto(`${site.url}/a?utm_source=news`);
  await page.waitForFunction(() => (window as any).umami);
  await stored(ada, 1);
  await page.getByRole('button').click();
  await page.evaluate(() => history.pushState(null, '', '/b'));
  await page.evaluate(() => (window as any).umami.track('signup', { seats: 5 }));
  const events = await stored(ada, 4);
  site.close();
  const views = events.filter((event) => event.name === 'page_view');
  expect(views.map((event) => event.properties.$path).sort()).toEqual(['/a', '/b']);
  expect(views[0].properties).toMatchObject({ $title: 'Shop', $browser: 'Chrome' });
  expect(events.find((event) => event.name === 'buy')!.properties).toMatchObject({ plan: 'team' });
  expect(events.find((event) => event.name === 'signup')!.properties).toMatchObject({ seats: 5 });
  expect(new Set(events.map((event) => event.session_id)).size).toBe(1);
});
