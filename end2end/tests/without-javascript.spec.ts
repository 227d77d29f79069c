import { expect, test } from './fixtures.ts';
import { PASSWORD, makeDashboard, register } from './people.ts';

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
