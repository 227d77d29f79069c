import { expect, test } from './fixtures.ts';
import { allStored, hydrated, importAccessLog, makeWriteKey, register } from './people.ts';

const NAMES = ['x'.repeat(60), 'مرحبا بالعالم هذا نص طويل', '東京都千代田区', '<b>&amp;"'];

test('the browser draws every chart as the server does, letter by letter', async ({ page }) => {
  test.setTimeout(240_000);
  await register(page, 'Ada');
  const key = await makeWriteKey(page);
  await importAccessLog(key);
  const board = await page.evaluate(async ({ key, names }) => {
    const send = async (path: string, body: object, headers = {}) => {
      const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(await answer.text());
      return answer.json();
    };
    const events = names.flatMap((name, at) => [1, 2, 3].map((day) => ({
      name: 'odd', user_id: `u${at}`, timestamp: `2015-05-1${day + 5}T0${at}:30:00Z`,
      properties: { name, country: ['DE', 'usa', 'Singapore', 'Atlantis'][at], loss: (day - 2) * (at + 0.5) },
    })));
    await send('/api/analytics/events', { events }, { 'x-write-key': key });
    const range = { from: '2015-05-16', to: '2015-05-20' };
    const trend = (series: object, more: object = {}) => ({ kind: 'trend', range, series: [series], ...more });
    const views = { event: 'page_view', measure: 'count', label: 'Views' };
    const byStatus = trend(views, { interval: 'day', breakdown: { property: 'status', limit: 4 } });
    const byName = trend({ event: 'odd', measure: 'count' }, { interval: 'day', breakdown: { property: 'name' } });
    const losses = trend({ event: 'odd', measure: 'sum', property: 'loss', label: 'Loss' }, { interval: 'hour' });
    const hours = trend(views, { interval: 'hour', compare: 'previous_period' });
    const minutes = trend(views, { interval: 'minute' });
    const nothing = trend({ event: 'never', measure: 'avg', property: 'x' }, { interval: 'day' });
    const countries = trend({ event: 'odd', measure: 'count' }, { breakdown: { property: 'country' } });
    const point = trend(views, { interval: 'month' });
    const goals = { goals: [{ value: 2000 }, { value: 12000, label: 'Next year' }] };
    const overTime = ['line', 'area', 'bar', 'stacked_bar'].flatMap((type) => [
      [type, byStatus, {}], [type, byName, {}], [type, losses, { unit: 'currency', currency: 'EUR' }], [type, hours, goals],
      [type, minutes, {}], [type, point, {}], [type, byStatus, { axis: 'log', legend: 'hidden' }],
      [type, byStatus, { stacking: 'percent', colors: [{ series: '404', color: 8 }] }], [type, nothing, { nulls: 'zero' }],
    ]);
    const others = [
      ...['pie', 'donut', 'horizontal_bar'].flatMap((type) => [[type, byStatus, {}], [type, byName, {}], [type, losses, {}]]),
      ['heatmap', trend(views), {}], ['heatmap', byStatus, {}], ['heatmap', losses, {}],
      ['calendar', trend(views), {}], ['calendar', losses, {}], ['map', countries, {}],
      ['gauge', trend(views), goals], ['gauge', nothing, {}], ['gauge', losses, {}],
      ['funnel', { kind: 'funnel', range, steps: [{ event: 'page_view' }, { event: 'page_view' }] }, {}],
      ['retention', { kind: 'retention', range, start: { event: 'page_view' }, return: { event: 'page_view' }, interval: 'day', periods: 4 }, {}],
      ['paths', { kind: 'paths', range, from: { event: 'page_view' }, steps: 3, per: 'user', by: 'property', property: '$path' }, {}],
      ['stacked_bar', { kind: 'lifecycle', range, event: 'page_view', interval: 'day' }, {}],
      ['bar', { kind: 'stickiness', range, event: 'page_view', interval: 'day' }, {}],
    ];
    const sizes = [[4, 5], [6, 4], [12, 5], [3, 3]];
    let [bottom, at] = [0, 0];
    const widgets = [...overTime, ...others].map(([type, query, options]) => {
      const [w, h] = sizes[at % sizes.length]!;
      const widget = { type, title: `${at} ${type}`, position: { x: 0, y: bottom }, size: { w, h }, config: { query, options } };
      bottom += h!;
      at += 1;
      return widget;
    });
    const { id } = await send('/api/dashboards/import', { dashboard: { name: 'Pictures' }, widgets });
    return `/dashboards/${id}`;
  }, { key, names: NAMES });

  await allStored(page, 10_012);

  // Reached from inside the app, the page is drawn by the browser from the start.
  await page.goto('/');
  await hydrated(page);
  await page.getByRole('link', { name: /Pictures/ }).click();
  await expect(page).toHaveURL(new RegExp(`${board}$`));
  await expect.poll(() => page.locator('article.card figure.chart svg').count(), { timeout: 60_000 }).toBeGreaterThan(45);

  const { same, different } = await page.evaluate(async () => {
    const found = { same: 0, different: [] as string[] };
    for (const card of document.querySelectorAll<HTMLElement>('article.card')) {
      const figure = card.querySelector<HTMLElement>('figure.chart');
      const drawn = figure?.querySelector('svg');
      if (!figure || !drawn) continue;
      const size = `width=${drawn.getAttribute('width')}&height=${drawn.getAttribute('height')}&theme=page`;
      const answer = await fetch(`/api/widgets/${card.dataset.id}/chart.svg?${size}`);
      const served = document.createElement('figure');
      served.innerHTML = await answer.text();
      if (served.innerHTML === figure.innerHTML) found.same += 1;
      else found.different.push(`${card.getAttribute('aria-label')}: ${difference(served.innerHTML, figure.innerHTML)}`);
    }
    return found;

    function difference(one: string, other: string): string {
      let at = 0;
      while (at < one.length && one[at] === other[at]) at += 1;
      return `at ${at}: ${one.slice(at - 40, at + 60)} | ${other.slice(at - 40, at + 60)}`;
    }
  });
  expect(different).toEqual([]);
  expect(same).toBeGreaterThan(45);
});
