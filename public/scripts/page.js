// Small things around the charts: full screen, refreshing, lists that are searched, files that are read, forms that are sent.
import { isBoard } from './address.js';

const REFRESH = 'datapulse-refresh';

document.addEventListener('click', async (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("[data-act='full-screen']")) return fullScreen();
  const star = target?.closest('[data-favourite]');
  if (star) return favourite(star);
});

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  // Where the browser refuses, the page alone steps back.
  else document.documentElement.requestFullscreen?.().catch(() => document.documentElement.classList.toggle('tv'));
}

document.addEventListener('fullscreenchange', () => {
  document.documentElement.classList.toggle('tv', Boolean(document.fullscreenElement));
});

if (new URLSearchParams(location.search).has('tv')) document.documentElement.classList.add('tv');

document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]');
  if (event.key === 'Escape') document.documentElement.classList.remove('tv');
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector('[data-search]');
  if (search) {
    event.preventDefault();
    search.focus();
  }
});

// A list that shows only what has all the words.
document.addEventListener('input', (event) => {
  const search = event.target instanceof Element ? event.target.closest('[data-search]') : null;
  if (!search) return;
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const items = [...document.querySelectorAll(`${search.dataset.search} > li`)];
  for (const item of items) {
    const text = item.textContent.toLowerCase();
    item.hidden = !words.every((word) => text.includes(word));
  }
  const left = items.filter((item) => !item.hidden).length;
  const said = document.querySelector('[data-search-said]');
  if (said) said.textContent = words.length === 0 ? '' : left === 0 ? 'Nothing has all of these words.' : `${left} of ${items.length}`;
});

async function favourite(star) {
  const wanted = star.getAttribute('aria-pressed') !== 'true';
  const answer = await fetch(`/api/dashboards/${star.dataset.favourite}/favourite`, { method: wanted ? 'PUT' : 'DELETE' });
  if (answer.ok) star.setAttribute('aria-pressed', String(wanted));
}

// Refreshing by the clock, as this browser was told to.
let timer = 0;

function refreshEvery(seconds) {
  clearInterval(timer);
  if (seconds > 0) {
    timer = setInterval(() => {
      const grid = document.querySelector('.grid[data-board]:not(.editing)');
      if (isBoard() && document.visibilityState === 'visible') grid?.dispatchEvent(new Event('reload'));
    }, seconds * 1000);
  }
}

const kept = () => Number(localStorage.getItem(REFRESH) ?? 0);
refreshEvery(kept());

document.addEventListener('toggle', (event) => {
  const select = event.target instanceof Element ? event.target.querySelector('[data-refresh]') : null;
  if (select) select.value = String(kept());
}, { capture: true });

document.addEventListener('change', async (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const select = target?.closest('[data-refresh]');
  if (select) {
    localStorage.setItem(REFRESH, select.value);
    refreshEvery(Number(select.value));
  }
  const file = target?.closest('[data-import]');
  if (file?.files?.[0]) await send(file, await file.files[0].text());
});

// A form that is sent to the API: its fields by name, times as they are meant on this clock.
document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.post) return;
  event.preventDefault();
  const fields = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ''));
  for (const input of form.querySelectorAll("[type='datetime-local']")) {
    if (fields[input.name]) fields[input.name] = new Date(fields[input.name]).toISOString();
  }
  await send(form, JSON.stringify(fields));
});

/** Sends `body` to where `element` says; then goes where the answer is, or shows the page anew. */
async function send(element, body) {
  const said = element.closest('form')?.querySelector('[data-said]');
  if (said) said.textContent = '';
  const answer = await fetch(element.dataset.post ?? element.dataset.import, { method: 'POST', headers: { 'content-type': 'application/json' }, body }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!answer?.ok) {
    const errors = (told?.errors ?? []).map(({ field, message }) => `${field}: ${message}`);
    if (said) said.textContent = errors[0] ?? told?.detail ?? 'That did not arrive. Check the connection, then try again.';
    return;
  }
  if (element.dataset.then === 'open') {
    location.assign(`/dashboards/${told.id}`);
    return;
  }
  element.closest('form')?.reset();
  element.closest('[popover]')?.hidePopover();
  document.querySelector('.grid[data-board]')?.dispatchEvent(new Event('reload'));
}

// Earlier versions of a dashboard: asked for when their list is opened.
document.addEventListener('toggle', async (event) => {
  const panel = event.target instanceof HTMLElement && event.newState === 'open' ? event.target.closest('[data-versions]') : null;
  if (!panel) return;
  const [said, list] = [panel.querySelector('[data-said]'), panel.querySelector('ul')];
  list.replaceChildren();
  said.textContent = 'Loading';
  const answer = await fetch(panel.dataset.versions).catch(() => null);
  if (!answer?.ok) {
    said.textContent = 'That did not arrive. Check the connection, then open this list again.';
    return;
  }
  const { items } = await answer.json();
  said.textContent = items.length === 0 ? 'Nothing has been changed yet.' : 'What it was before each change.';
  list.replaceChildren(...items.map((item) => version(panel, item)));
}, { capture: true });

function version(panel, { version, name, widgets, changed_at: at }) {
  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const when = new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' });
  const button = element('button', { type: 'button', className: 'button small', textContent: 'Bring back' });
  button.setAttribute('aria-label', `Bring back: before ${when}`);
  button.addEventListener('click', async () => {
    button.disabled = true;
    const answer = await fetch(`${panel.dataset.versions}/${version}/restore`, { method: 'POST' });
    if (!answer.ok) {
      button.disabled = false;
      return;
    }
    panel.hidePopover();
    document.querySelector('.grid[data-board]')?.dispatchEvent(new Event('reload'));
  });
  const words = `${name}, ${widgets} ${widgets === 1 ? 'widget' : 'widgets'}`;
  return element('li', {}, element('div', {}, element('strong', { textContent: `Before ${when}` }), element('span', { className: 'muted', textContent: words })), button);
}

// A widget that is being made and not saved yet: leaving asks first.
let unsaved = null;

document.addEventListener('input', (event) => {
  unsaved = (event.target instanceof Element && event.target.closest('form.editor')) || unsaved;
});
document.addEventListener('submit', (event) => {
  if (event.target === unsaved) unsaved = null;
});
addEventListener('beforeunload', (event) => {
  if (unsaved?.isConnected) event.preventDefault();
});
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  const leaves = link && unsaved?.isConnected && !link.getAttribute('href').startsWith('#') && !link.hasAttribute('download');
  if (leaves && !confirm('Leave without saving the widget?')) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else if (leaves) {
    unsaved = null;
  }
}, { capture: true });
