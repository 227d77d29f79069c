import { expect, test } from './fixtures';
import { PASSWORD, register } from './people';

test('another address is asked for without script, with the password', async ({ page, browser, baseURL }) => {
  await register(page, 'Ida');
  const context = await browser.newContext({ storageState: await page.context().storageState(), javaScriptEnabled: false, baseURL });
  const plain = await context.newPage();
  await plain.goto('/settings/account');
  const form = plain.locator('form[action="/settings/account/email"]');
  const send = async (password: string) => {
    await form.getByLabel('New e-mail address').fill(`countess-${Date.now()}@example.org`);
    await form.getByLabel('Your password').fill(password);
    await form.getByRole('button', { name: 'Change address' }).click();
  };
  await send('not the password');
  await expect(plain.getByText('That is not your password.')).toBeVisible();
  await send(PASSWORD);
  await expect(plain.getByText('A link is on its way to the new address.')).toBeVisible();
  await context.close();
});
