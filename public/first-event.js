// While a page waits for the first event of its organization, asks now and then whether it has come; the first steps are fetched
// anew once it has, and whenever somebody comes back to them, so that what was done elsewhere is ticked.
async function renew() {
  const guide = document.querySelector('[data-guide]');
  if (!guide) return;
  const answer = await fetch(location.href).catch(() => undefined);
  const text = answer?.ok ? await answer.text() : '';
  const fresh = new DOMParser().parseFromString(text, 'text/html').querySelector('[data-guide]');
  if (!fresh || fresh.textContent === guide.textContent) return;
  // What somebody opened or typed stays as it is.
  if (guide.contains(document.activeElement) && document.activeElement.matches('input, select')) return;
  guide.replaceWith(document.importNode(fresh, true));
}

setInterval(async () => {
  const sign = document.querySelector('[data-first-event="waiting"]');
  if (!sign || document.hidden) return;
  const answer = await fetch('/api/analytics/events/names').catch(() => undefined);
  const names = answer?.ok ? await answer.json() : { items: [] };
  if (!names.items.length) return;
  sign.dataset.firstEvent = 'arrived';
  renew();
}, 2000);

document.addEventListener('visibilitychange', () => document.hidden || renew());

document.addEventListener('click', async (event) => {
  const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null;
  if (!button) return;
  const words = button.textContent;
  await navigator.clipboard.writeText(button.dataset.copy).catch(() => undefined);
  button.textContent = button.dataset.copied;
  setTimeout(() => (button.textContent = words), 2000);
});
