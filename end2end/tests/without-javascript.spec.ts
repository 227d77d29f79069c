import { expect, test } from './fixtures.ts';
import { PASSWORD, hydrated, makeDashboard, register } from './people.ts';
import { isSoundNow } from './sound.ts';

test('signing in, a dashboard, its range and signing out work without JavaScript', async ({ page, browser, baseURL }) => {
  const email = await register(page, 'Mary');
  const board = await makeDashboard(page, 'Plain');

  const context = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const plain = await context.newPage();
  await plain.goto(board);
  await expect(plain).toHaveURL(/\/login\?next=/);
  await plain.getByLabel('E-mail').fill(email);
  await plain.getByLabel('Password').fill('not the password');
  await plain.getByRole('button', { name: 'Sign in' }).click();
  await expect(plain.getByRole('alert')).toContainText('do not belong together');
  await expect(plain.getByLabel('E-mail')).toHaveValue(email);
  await plain.getByLabel('Password').fill(PASSWORD);
  await plain.getByRole('button', { name: 'Sign in' }).click();
  await expect(plain).toHaveURL(new RegExp(`${board}$`));
  await expect(plain).toHaveTitle(/Plain/);

  await plain.getByRole('button', { name: /^Range/ }).click();
  await plain.getByLabel('First day').fill('2015-05-17');
  await plain.getByLabel('Last day').fill('2015-05-20');
  await plain.getByRole('button', { name: 'Show these days' }).click();
  await expect(plain).toHaveURL(/from=2015-05-17&to=2015-05-20/);
  await expect(plain.getByRole('button', { name: /Range: 17 May 2015/ })).toBeVisible();
  await context.close();
});

test('registering says what is wrong and keeps what was typed', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const page = await context.newPage();
  await page.goto('/register');
  await page.getByLabel('Your name').fill('Joan');
  await page.getByLabel('E-mail').fill('joan@nowhere');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByText('does not look like an e-mail address')).toBeVisible();
  await expect(page.getByLabel('Your name')).toHaveValue('Joan');
  await context.close();
});

test('keys, the organization and the own name are changed without JavaScript', async ({ page, browser, baseURL }) => {
  const email = await register(page, 'Katherine');

  const context = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const plain = await context.newPage();
  await plain.goto('/settings/keys');
  await plain.getByLabel('E-mail').fill(email);
  await plain.getByLabel('Password').fill(PASSWORD);
  await plain.getByRole('button', { name: 'Sign in' }).click();
  await expect(plain).toHaveURL(/\/settings\/keys$/);

  const make = async (name: string, scope: string) => {
    await plain.getByLabel('Name', { exact: true }).fill(name);
    await plain.getByLabel('Kind').selectOption('secret');
    await plain.getByLabel(scope).check();
    await plain.getByRole('button', { name: 'Create key' }).click();
  };
  await make('Too much', 'manage the organization');
  await expect(plain.locator('p.notice')).toContainText('Only a personal key manages the organization.');
  await expect(plain.getByLabel('Name', { exact: true })).toHaveValue('Too much');

  await make('Nightly', 'look at dashboards');
  await expect(plain.getByRole('heading', { name: 'Your new key' })).toBeVisible();
  const key = (await plain.locator('code').innerText()).trim();
  expect(key).toMatch(/^dps_/);
  expect(plain.url()).not.toContain(key);
  expect(JSON.stringify(await context.cookies())).not.toContain(key);
  const ask = (method: string) => fetch(`${process.env.DATAPULSE_URL}/api/dashboards`, { method, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: method === 'POST' ? '{"name":"x"}' : undefined });
  expect((await ask('GET')).status).toBe(200);
  expect((await ask('POST')).status).toBe(403);

  await plain.getByRole('link', { name: 'I have kept it' }).click();
  expect(await plain.content()).not.toContain(key);
  const row = plain.getByRole('row', { name: /^Nightly/ });
  await expect(row).toContainText('look at dashboards, ask and export');
  await row.getByRole('button', { name: 'Revoke Nightly' }).click();
  await plain.getByRole('button', { name: 'Revoke key' }).click();
  await expect(plain.locator('p.notice')).toContainText('The key is revoked.');
  await expect.poll(async () => (await ask('GET')).status).toBe(401);

  await plain.getByLabel('Name', { exact: true }).fill('Shop');
  await plain.getByLabel('Kind').selectOption('write');
  await plain.getByLabel('Sites of a write key').fill('https://shop.example\nhttps://*.shop.example');
  await plain.getByRole('button', { name: 'Create key' }).click();
  await plain.getByRole('link', { name: 'I have kept it' }).click();
  const shop = plain.getByRole('row', { name: /^Shop/ });
  await expect(shop).toContainText('https://*.shop.example, https://shop.example');
  await shop.getByRole('button', { name: 'Sites of Shop' }).click();
  await plain.getByRole('textbox', { name: 'Sites of Shop' }).fill('https://store.example');
  await plain.getByRole('button', { name: 'Save' }).click();
  await expect(plain.locator('p.notice')).toContainText('Saved.');
  await expect(shop).toContainText('https://store.example');
  await expect(shop).not.toContainText('shop.example');

  await plain.goto('/settings/organization');
  await plain.getByLabel('Time zone').fill('Mars/Olympus');
  await plain.getByRole('button', { name: 'Save' }).click();
  await expect(plain.locator('p.notice')).toContainText('There is no such time zone.');
  await plain.getByLabel('Time zone').fill('Asia/Tokyo');
  await plain.getByLabel('Weeks start on').selectOption('sunday');
  await plain.getByRole('button', { name: 'Save' }).click();
  await expect(plain.locator('p.notice')).toContainText('Saved.');
  await plain.goto('/settings/organization');
  await expect(plain.getByLabel('Time zone')).toHaveValue('Asia/Tokyo');
  await expect(plain.getByLabel('Weeks start on')).toHaveValue('sunday');

  await plain.goto('/settings/account');
  await plain.getByLabel('Your name').fill('Katherine Johnson');
  await plain.getByRole('button', { name: 'Change name' }).click();
  await expect(plain.locator('p.notice')).toContainText('Your name is changed.');
  await plain.goto('/settings/members');
  await expect(plain.getByRole('rowheader', { name: /^Katherine Johnson/ })).toBeVisible();
  await context.close();
});

test('with JavaScript a key is made and revoked on the same page', async ({ page, complaints }) => {
  await register(page, 'Dorothy');
  await page.goto('/settings/keys');
  await hydrated(page);
  await page.evaluate(() => { document.body.dataset.same = 'page'; });
  await page.getByLabel('Name', { exact: true }).fill('Mine');
  await page.getByLabel('Kind').selectOption('personal');
  await page.getByLabel('manage the organization').check();
  await page.getByRole('button', { name: 'Create key' }).click();
  await expect(page.getByRole('status').locator('code')).toHaveText(/^dpp_/);
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('');
  await isSoundNow(page, 'a key that was just made');
  const row = page.getByRole('row', { name: /^Mine/ });
  await expect(row).toContainText('personal');
  await row.getByRole('button', { name: 'Revoke Mine' }).click();
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await expect(page.getByText('The key is revoked.')).toBeVisible();
  await expect(row).toHaveCount(0);

  await page.getByLabel('Name', { exact: true }).fill('Too much');
  await page.getByLabel('Kind').selectOption('secret');
  await page.getByLabel('manage the organization').check();
  await page.getByRole('button', { name: 'Create key' }).click();
  await expect(page.getByText('Only a personal key can hold')).toBeVisible();
  expect(await page.evaluate(() => document.body.dataset.same)).toBe('page');

  // Chromium reports the refusal as an error.
  const others = complaints.filter((complaint) => !complaint.includes('422'));
  complaints.length = 0;
  expect(others).toEqual([]);
});
