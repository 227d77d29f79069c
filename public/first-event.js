// While a page waits for the first event of its organization, asks now and then whether it has come.
setInterval(async () => {
  const sign = document.querySelector('[data-first-event="waiting"]');
  if (!sign || document.hidden) return;
  const answer = await fetch('/api/analytics/events/names').catch(() => undefined);
  const names = answer?.ok ? await answer.json() : { items: [] };
  if (names.items.length) sign.dataset.firstEvent = 'arrived';
}, 2000);
