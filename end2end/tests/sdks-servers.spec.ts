import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Analytics } from '@segment/analytics-node';
import { Umami } from '@umami/node';
import { PostHog } from 'posthog-node';

import { account, call, profile, server, stored } from './account.ts';
import { expect, test } from './fixtures.ts';

// Each of these packages is what its users install; only the host is ours.

const EARLIER = new Date('2026-01-02T03:04:05.678Z');

test('@segment/analytics-node', async () => {
  const ada = await account('segment-node');
  const analytics = new Analytics({
    writeKey: ada.writeKey,
    host: server(),
    path: '/compat/segment/v1/batch',
    flushInterval: 50,
  });
  const failures: unknown[] = [];
  analytics.on('error', (error) => failures.push(error));
  analytics.track({ anonymousId: 'device', event: 'Opened', messageId: 'message-1', timestamp: EARLIER });
  analytics.identify({ userId: 'u1', anonymousId: 'device', traits: { email: 'u@example.org', plan: 'free' } });
  analytics.track({
    userId: 'u1',
    event: 'Order Completed',
    properties: { total: 12.5, items: [{ sku: 'a' }] },
    context: { groupId: 'acme', ip: '203.0.113.9' },
  });
  analytics.identify({ userId: 'u1', traits: { plan: 'team' } });
  analytics.group({ userId: 'u1', groupId: 'acme', traits: { seats: 5 } });
  analytics.page({ userId: 'u1', name: 'Home', properties: { url: 'https://shop.example/?utm_source=news' } });
  analytics.screen({ userId: 'u1', name: 'Start' });
  analytics.alias({ previousId: 'older', userId: 'u1' });
  await analytics.closeAndFlush();
  expect(failures).toEqual([]);

  const events = await stored(ada, 8);
  const named = (name: string) => events.find((event) => event.name === name)!;
  expect(named('Opened')).toMatchObject({ anonymous_id: 'device', timestamp: '2026-01-02T03:04:05.678Z' });
  const order = named('Order Completed');
  expect(order.user_id).toBe('u1');
  expect(order.properties).toMatchObject({
    total: 12.5,
    items: [{ sku: 'a' }],
    $groups: { group: 'acme' },
    $lib: '@segment/analytics-node',
  });
  expect(JSON.stringify(events)).not.toContain('203.0.113.9');
  expect(Math.abs(Date.parse(order.timestamp) - Date.now())).toBeLessThan(60_000);
  expect(named('page_view').properties).toMatchObject({ name: 'Home', $url: 'https://shop.example/?utm_source=news' });
  expect(named('screen_view').properties).toMatchObject({ name: 'Start' });
  expect(named('$create_alias')).toMatchObject({ user_id: 'u1', anonymous_id: 'older' });

  expect(await profile(ada, 'device')).toMatchObject({
    id: 'u1',
    other_ids: ['device', 'older'],
    properties: { email: 'u@example.org', plan: 'team' },
  });
  expect(await call(ada.token, 'GET', '/api/analytics/groups/group/acme')).toMatchObject({ properties: { seats: 5 } });
  // What the device did before counts as the user's.
  const users = await call(ada.token, 'POST', '/api/analytics/query', {
    kind: 'trend',
    series: [{ measure: 'unique_users' }],
    range: { from: '2026-01-01', to: '2099-01-01' },
    interval: 'month',
  });
  expect(users.series[0].total).toBe(1);
});

test('posthog-node', async () => {
  const ada = await account('posthog-node');
  const posthog = new PostHog(ada.writeKey, { host: `${server()}/compat/posthog`, flushAt: 20, flushInterval: 50 });
  const failures: unknown[] = [];
  posthog.on('error', (error: unknown) => failures.push(error));
  posthog.capture({
    distinctId: 'u1',
    event: 'order completed',
    properties: { total: 12.5, $session_id: 'session-1', $set: { plan: 'free' }, $set_once: { source: 'ads' } },
    groups: { company: 'acme' },
    timestamp: EARLIER,
    uuid: '0192f0a4-0000-7000-8000-000000000001',
  });
  posthog.capture({ distinctId: 'u1', event: '$pageview', properties: { $current_url: 'https://shop.example/a' } });
  posthog.identify({ distinctId: 'u1', properties: { plan: 'team', $set_once: { source: 'search' } } });
  posthog.alias({ distinctId: 'u1', alias: 'device' });
  posthog.groupIdentify({ groupType: 'company', groupKey: 'acme', properties: { seats: 5 } });
  await posthog.shutdown();
  expect(failures).toEqual([]);

  const events = await stored(ada, 5);
  const named = (name: string) => events.find((event) => event.name === name)!;
  expect(named('order completed')).toMatchObject({
    id: '0192f0a4-0000-7000-8000-000000000001',
    user_id: 'u1',
    session_id: 'session-1',
    timestamp: '2026-01-02T03:04:05.678Z',
    properties: { total: 12.5, $groups: { company: 'acme' }, $lib: 'posthog-node' },
  });
  expect(named('page_view').properties).toMatchObject({ $url: 'https://shop.example/a' });
  expect(named('$create_alias')).toMatchObject({ user_id: 'u1', anonymous_id: 'device' });
  const person = await profile(ada, 'device');
  expect(person).toMatchObject({ id: 'u1', properties: { plan: 'team', source: 'ads' } });
  const group = await call(ada.token, 'GET', '/api/analytics/groups/company/acme');
  expect(group.properties).toMatchObject({ seats: 5 });
});

test('posthog for Python', async () => {
  const ada = await account('posthog-python');
  const script = `
import sys, datetime, uuid
from posthog import Posthog
posthog = Posthog(sys.argv[1], host=sys.argv[2] + '/compat/posthog', gzip=True, on_error=lambda error, items: sys.exit(str(error)))
posthog.capture('order completed', distinct_id='u1', properties={'total': 12.5, '$session_id': 'session-1'}, groups={'company': 'acme'},
    timestamp=datetime.datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=datetime.timezone.utc), uuid='0192f0a4-0000-7000-8000-000000000001')
posthog.set(distinct_id='u1', properties={'plan': 'team'})
posthog.set_once(distinct_id='u1', properties={'plan': 'never', 'source': 'ads'})
posthog.alias('device', 'u1')
posthog.group_identify('company', 'acme', {'seats': 5})
posthog.shutdown()
`;
  const python = process.env.DATAPULSE_TEST_PYTHON ?? join(import.meta.dirname, '../python/bin/python');
  await promisify(execFile)(python, ['-c', script, ada.writeKey, server()]);

  const events = await stored(ada, 5);
  const named = (name: string) => events.find((event) => event.name === name)!;
  expect(named('order completed')).toMatchObject({
    id: '0192f0a4-0000-7000-8000-000000000001',
    user_id: 'u1',
    session_id: 'session-1',
    timestamp: '2026-01-02T03:04:05.678Z',
    properties: { total: 12.5, $groups: { company: 'acme' }, $lib: 'posthog-python' },
  });
  const person = await profile(ada, 'u1');
  expect(person.properties).toMatchObject({ plan: 'team', source: 'ads' });
  expect(events.filter((event) => event.name === '$create_alias')).toHaveLength(1);
  const group = await call(ada.token, 'GET', '/api/analytics/groups/company/acme');
  expect(group.properties).toMatchObject({ seats: 5 });
});

test('@umami/node', async () => {
  const ada = await account('umami');
  const umami = new Umami({ websiteId: ada.organization, hostUrl: `${server()}/compat/umami` });
  const page = { hostname: 'shop.example', language: 'de', referrer: 'https://www.google.com/', screen: '1920x1080', title: 'A' };
  const answers = [
    await umami.track({ ...page, url: '/a?utm_source=news' }),
    await umami.track('signup', { plan: 'team' }),
    await umami.identify({ email: 'u@example.org' }),
  ];
  for (const answer of answers) {
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ cache: expect.any(String), sessionId: expect.any(String) });
  }
  const events = await stored(ada, 3);
  const [view, signup, identify] = events;
  expect(view).toMatchObject({
    name: 'page_view',
    properties: { $url: 'https://shop.example/a?utm_source=news', $path: '/a', utm_source: 'news', $referrer_domain: 'google.com' },
  });
  expect(signup).toMatchObject({ name: 'signup', properties: { plan: 'team' } });
  // No id was given: one visitor, for today.
  expect(new Set(events.map((event) => event.anonymous_id)).size).toBe(1);
  expect(await profile(ada, identify.anonymous_id!)).toMatchObject({ properties: { email: 'u@example.org' } });
});
