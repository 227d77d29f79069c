import { createHmac } from 'node:crypto';

import type { Page } from '@playwright/test';

import { account, call } from './account.ts';
import { expect, test } from './fixtures.ts';
import { PASSWORD, importAccessLog, makeDashboard, makeWriteKey, register } from './people.ts';
import { Site, html } from './site.ts';
import { isSound, isSoundNow, isSoundWithoutScript, keepsToThePolicy } from './sound.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [390, 820, 1440]) {
    test.describe(`${colorScheme}, ${width} pixels`, () => {
      test.use({ colorScheme, viewport: { width, height: 900 } });

      test('every page is sound', async ({ page }) => {
        test.setTimeout(300_000);
        for (const path of ['/', '/login', '/register']) {
          await isSound(page, path);
        }
        for (const path of ['/forgot', '/forgot?done=sent', '/login/code']) {
          await isSoundWithoutScript(page, path);
        }
        await register(page, 'Ada');
        await importAccessLog(await makeWriteKey(page));
        const board = await makeDashboard(page, 'Traffic');
        await page.getByRole('link', { name: 'Add the first widget' }).click();
        await page.getByLabel('Title').fill('Events');
        await page.getByRole('button', { name: 'Save widget' }).click();
        await expect(page.getByRole('article', { name: 'Events' })).toBeVisible();
        const range = '?from=2015-05-17&to=2015-05-20';
        for (const path of ['/', board, `${board}${range}`, `${board}/widgets/new`, '/explore', '/live', '/users', '/users?show=events', '/settings/keys', '/settings/organization', '/settings/data', '/settings/members', '/settings/shares', '/settings/account', '/settings/audit']) {
          await isSound(page, path);
        }
        await turnOnTwoFactor(page);
      });
    });
  }
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`${colorScheme}, beside the app's own pages`, () => {
    test.use({ colorScheme });

    test('documents, people, invitations, links and frames keep to the policy', async ({ page, complaints }) => {
      const email = await register(page, 'Ada');
      const { access_token: token, organization } = await call('', 'POST', '/api/auth/login', { email, password: PASSWORD });
      const key = await makeWriteKey(page);
      const event = { name: 'visit', user_id: 'ada lovelace', properties: { plan: 'pro' } };
      await call(key, 'POST', '/api/analytics/events', [event, { name: '$identify', user_id: event.user_id, properties: { $set: { name: 'Ada' } } }]);
      const query = { kind: 'trend', series: [{ event: 'visit', measure: 'count' }], range: { last: '7d' } };
      const board = await call(token, 'POST', '/api/dashboards/import', {
        dashboard: { name: 'Visits' },
        widgets: [{ type: 'line', title: 'Over time', config: { query } }, { type: 'table', title: 'In figures', config: { query } }],
      });
      const share = (more: object) => call(token, 'POST', `/api/dashboards/${board.id}/shares`, { viewer_may: ['range', 'filter', 'download'], ...more });
      const { url } = await share({});
      const { url: locked } = await share({ password: 'open sesame seeds' });
      const { url: invitation } = await call(token, 'POST', `/api/organizations/${organization.id}/invitations`, { email: `guest-of-${email}`, role: 'viewer' });
      const asked = () => call(token, 'GET', '/api/analytics/users').then((people) => people.items.length);
      await expect.poll(asked).toBe(1);

      await keepsToThePolicy(page, '/api/docs');
      await expect(page.locator('.swagger-ui .info')).toBeVisible();
      for (const path of ['/start', `/users/${encodeURIComponent(event.user_id)}`, new URL(invitation).pathname]) {
        await isSound(page, path);
      }
      await isSoundWithoutScript(page, url);
      await isSoundWithoutScript(page, `${url}/embed`);
      await isSoundWithoutScript(page, locked);
      // Chromium reports the page's own status 401 as an error.
      const others = complaints.filter((complaint) => !complaint.includes('401'));
      complaints.splice(0, complaints.length, ...others);
      // For somebody who is not signed in.
      await page.context().clearCookies();
      await isSound(page, new URL(invitation).pathname);
      await isSoundWithoutScript(page, url);
    });

    test('a frame on a site that the link names keeps to the policy', async ({ page }) => {
      const ada = await account('framed');
      const board = await call(ada.token, 'POST', '/api/dashboards/import', {
        dashboard: { name: 'Framed' },
        widgets: [{ type: 'text', title: 'Words', config: { options: { text: 'Seen in a **frame**' } } }],
      });
      let address = '';
      const site = await Site.open({ get '/'() { return html('', `<iframe src="${address}" width="800" height="600"></iframe>`); } });
      const { url } = await call(ada.token, 'POST', `/api/dashboards/${board.id}/shares`, { embed_origins: [site.url] });
      address = `${url}/embed?theme=${colorScheme}`;
      await page.goto(site.url);
      await expect(page.frameLocator('iframe').getByText('Seen in a frame')).toBeVisible();
      const frame = page.frames().find((one) => one.url() === address)!;
      expect(await frame.evaluate(() => document.cookie)).toBe('');
      site.close();
    });
  });
}

test('what is not there says so', async ({ page, complaints }) => {
  await register(page, 'Ada');
  for (const path of ['/no/such/page', '/dashboards/0197a5c0-0000-7000-8000-000000000000']) {
    const answer = await page.goto(path);
    expect(answer!.status()).toBe(404);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  }
  // Chromium reports the page's own status 404 as an error.
  const others = complaints.filter((complaint) => !complaint.includes('404'));
  complaints.length = 0;
  expect(others).toEqual([]);
});

/** Goes through all that the page for the second factor shows, and checks each. */
async function turnOnTwoFactor(page: Page): Promise<void> {
  await page.goto('/settings/account');
  await page.getByRole('link', { name: 'Set it up' }).click();
  await isSoundNow(page, 'two-factor sign-in, off');
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Set it up' }).click();
  const key = await page.locator('code').innerText();
  await isSoundNow(page, 'two-factor sign-in, being set up');
  await page.getByLabel('Code').fill(totp(key));
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await expect(page.getByRole('heading', { name: 'Your recovery codes' })).toBeVisible();
  await isSoundNow(page, 'recovery codes');
  await page.getByRole('link', { name: 'I have kept them' }).click();
  await page.getByRole('link', { name: 'Change it' }).click();
  await isSoundNow(page, 'two-factor sign-in, on');
}

/** What an authenticator app shows for a key in base32: RFC 6238. */
function totp(key: string): string {
  const bits = [...key].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const bytes = bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', Buffer.from(bytes)).update(step).digest();
  const at = digest[19]! & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
