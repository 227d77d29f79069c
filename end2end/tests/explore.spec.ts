import { expect, test } from './fixtures.ts';
import { hydrated, register, signInToDemo } from './people.ts';
import { isSoundNow } from './sound.ts';

test('a question is asked without a dashboard, kept in its address, explained and saved', async ({ page }) => {
  await signInToDemo(page);
  await page.getByRole('link', { name: 'Explore' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Explore' })).toBeVisible();
  await hydrated(page);
  const preview = page.getByRole('article', { name: 'Preview' });
  await expect(preview.locator('svg.chart')).toBeVisible();
  await isSoundNow(page, 'exploring');

  await page.getByLabel('Event', { exact: true }).fill('sign_up');
  await page.getByLabel('By property (optional)').fill('plan');
  await page.getByRole('group', { name: 'Shown as' }).getByRole('radio', { name: 'Donut' }).check();
  await expect(preview.locator('svg.chart')).toContainText('starter');
  await expect(page).toHaveURL(/\/explore\?q=.*sign_up.*&as=donut/);

  // Whoever opens the address sees the same.
  const address = page.url();
  await page.goto('/');
  await page.goto(address);
  await hydrated(page);
  await expect(preview.locator('svg.chart')).toContainText('starter');
  await expect(page.getByLabel('Event', { exact: true })).toHaveValue('sign_up');
  await expect(page.getByLabel('By property (optional)')).toHaveValue('plan');

  await page.getByRole('button', { name: 'Show as table' }).click();
  await expect(preview.getByRole('rowheader', { name: 'starter' })).toBeVisible();
  await page.getByRole('button', { name: 'Explain' }).click();
  const explained = page.getByRole('region', { name: 'How it was answered' });
  await expect(explained).toContainText('Every figure is exact.');
  await expect(explained.locator('pre').first()).toContainText('SELECT');
  await isSoundNow(page, 'a question explained');
  // What was told of one question is not told of the next.
  await page.getByLabel('Event', { exact: true }).fill('purchase');
  await expect(explained).toHaveCount(0);

  await page.getByLabel('Title').fill('Who pays');
  await page.getByLabel('Keep it on').selectOption({ label: 'A new dashboard' });
  await page.getByRole('button', { name: 'Save as widget' }).click();
  await expect(page).toHaveURL(/\/dashboards\/[0-9a-f-]+$/);
  await expect(page).toHaveTitle(/^Who pays/);
  await expect(page.getByRole('article', { name: 'Who pays' })).toBeVisible();
});

test('a question that cannot be read begins anew, and leaving asks nothing', async ({ page }) => {
  await register(page, 'Ada');
  await page.goto('/explore?q=%7B&as=bar');
  await hydrated(page);
  await expect(page.getByText('The question in this address cannot be read')).toBeVisible();
  await page.getByLabel('Title').fill('Not saved');
  page.once('dialog', () => { throw new Error('nothing is lost by leaving'); });
  await page.keyboard.press('Escape');
  await page.locator('h1').click();
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await expect(page.getByRole('heading', { name: 'Dashboards', exact: true })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('x');
  await expect(page.getByRole('heading', { level: 1, name: 'Explore' })).toBeVisible();
});

test('figures are averaged over the last points, and users counted approximately', async ({ page }) => {
  await signInToDemo(page);
  await page.goto('/explore');
  await hydrated(page);
  const preview = page.getByRole('article', { name: 'Preview' });
  const figures = async () => {
    await expect(preview.locator('.stale')).toHaveCount(0);
    return preview.getByRole('row').nth(8).getByRole('cell').last().textContent();
  };
  await page.getByRole('button', { name: 'Show as table' }).click();
  await expect(preview.getByRole('row').nth(8)).toBeVisible();
  const each = await figures();
  await page.getByRole('combobox', { name: 'Figures', exact: true }).selectOption({ label: 'Average of the last points' });
  await expect(page.getByLabel('Points to average')).toHaveValue('7');
  await expect(page).toHaveURL(/rolling_average%22:7/);
  await expect.poll(figures).not.toBe(each);
  await page.getByLabel('Points to average').fill('1');
  await expect(page.getByText('Use a whole number from 2 to 365.').first()).toBeVisible();
  await page.getByLabel('Points to average').fill('3');
  await expect(page).toHaveURL(/rolling_average%22:3/);

  await page.getByLabel('Measure').selectOption({ label: 'Unique users' });
  await page.getByLabel('Different ones are counted').selectOption({ label: 'Approximately, which is quicker' });
  await expect(page).toHaveURL(/approximate/);
  await page.getByRole('button', { name: 'Explain' }).click();
  await expect(page.getByRole('region', { name: 'How it was answered' })).toContainText('Some figures are estimates.');
});
