// Small things around the charts: full screen, refreshing, lists that are searched, widgets that are not saved yet.
import { isBoard } from './address.js';
import { make, reload } from './element.js';
import { openPalette } from './palette.js';
import { t } from './words.js';

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

document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]');
  if (event.key === 'Escape') document.documentElement.classList.remove('tv');
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector('[data-search], [data-key="/"]');
  if (document.querySelector('dialog[open]') || (!search && !document.querySelector('.frame'))) return;
  event.preventDefault();
  if (search) search.focus();
  else openPalette();
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
  if (said) said.textContent = words.length === 0 ? '' : left === 0 ? t('Nothing has all of these words.') : t('{0} of {1}', left, items.length);
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
      const isEdited = document.querySelector('.grid.editing');
      if (isBoard() && !isEdited && document.visibilityState === 'visible') reload();
    }, seconds * 1000);
  }
}

const kept = () => Number(localStorage.getItem(REFRESH) ?? 0);
refreshEvery(kept());

const OFTEN = [[0, t('Never')], [30, t('Every 30 seconds')], [60, t('Every minute')], [300, t('Every 5 minutes')], [1800, t('Every half hour')]];

document.addEventListener('toggle', (event) => {
  const place = event.target instanceof Element ? event.target.querySelector('[data-refresh]') : null;
  if (!place) return;
  const options = OFTEN.map(([seconds, words]) => make('option', { value: String(seconds), textContent: words, selected: seconds === kept() }));
  place.replaceChildren(make('label', { htmlFor: 'refresh', textContent: t('Ask again') }), make('select', { id: 'refresh', className: 'input' }, ...options));
}, { capture: true });

document.addEventListener('change', (event) => {
  const select = event.target instanceof Element ? event.target.closest('#refresh') : null;
  if (!select) return;
  localStorage.setItem(REFRESH, select.value);
  refreshEvery(Number(select.value));
});

// A widget that is being made and not saved yet: leaving asks first.
let unsaved = null;

document.addEventListener('input', (event) => {
  unsaved = (event.target instanceof Element && event.target.closest('form.editor:not([data-explore])')) || unsaved;
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
  if (leaves && !confirm(t('Leave without saving the widget?'))) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else if (leaves) {
    unsaved = null;
  }
}, { capture: true });
