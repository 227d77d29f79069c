// Cards under the pointer while a dashboard is edited: dragging, resizing, copy and paste. Where cards end up is decided by the
// app; this script only says over which cells one is held.
import { call, say } from './element.js';
import { t } from './words.js';

const COLUMNS = 12;
const EDGE = 18;
/** Further than this it is a drag and no click. */
const SLIP = 4;

let held = null;

const editing = () => document.querySelector('.grid.editing');

/** Columns, rows and gap of the grid in pixels. */
function cells(grid) {
  const style = getComputedStyle(grid);
  const gap = parseFloat(style.columnGap);
  const columns = style.gridTemplateColumns.split(' ').length;
  return { gap, columns, width: (grid.clientWidth - gap * (columns - 1)) / columns, height: parseFloat(style.gridAutoRows) };
}

const place = (card) => Object.fromEntries(['x', 'y', 'w', 'h'].map((name) => [name, Number(card.className.match(new RegExp(`(?:^| )${name}-(\\d+)`))?.[1] ?? 0)]));

function tell(card, { x, y, w, h }, isLetGo) {
  card.dataset.place = `${x} ${y} ${w} ${h}${isLetGo ? '!' : ''}`;
  card.dispatchEvent(new Event('place'));
}

const isAtCorner = (card, event) => {
  const box = card.getBoundingClientRect();
  return box.right - event.clientX < EDGE && box.bottom - event.clientY < EDGE;
};

document.addEventListener('pointerdown', (event) => {
  const grid = editing();
  const card = event.target instanceof Element ? event.target.closest('.grid.editing > article.card') : null;
  if (!grid || !card || event.button !== 0 || held) return;
  // On a phone cards stand in one column or two: there they are moved by their buttons.
  if (cells(grid).columns !== COLUMNS) return;
  const resizes = isAtCorner(card, event);
  if (!resizes && event.target.closest('button, a, input, .handles, [popover]')) return;
  if (!resizes && event.pointerType === 'touch' && !event.target.closest('.card-head')) return;
  const at = { x: event.clientX, y: event.clientY };
  held = { card, grid, resizes, begun: false, pointer: event.pointerId, start: at, at, from: place(card), scroll: scrollY, told: '', frame: 0 };
});

document.addEventListener('pointermove', (event) => {
  if (!held || event.pointerId !== held.pointer) return;
  held.at = { x: event.clientX, y: event.clientY };
  if (!held.begun) {
    if (Math.hypot(held.at.x - held.start.x, held.at.y - held.start.y) < SLIP) return;
    held.begun = true;
    held.cells = cells(held.grid);
    held.card.setPointerCapture(held.pointer);
    held.card.classList.add(held.resizes ? 'resized' : 'dragged');
    document.documentElement.classList.add('holding');
    moves.observe(held.card, { attributes: true, attributeFilter: ['class'] });
  }
  event.preventDefault();
  // A pointer moves more often than the screen shows.
  held.frame ||= requestAnimationFrame(follow);
}, { passive: false });

addEventListener('resize', () => {
  if (held?.begun) held.cells = cells(held.grid);
});

/** Brings the card to where the pointer is, and tells the app when that is over another cell. */
function follow() {
  if (!held) return;
  held.frame = 0;
  const { card, from, at } = held;
  const { across, down } = way();
  const { gap, width, height } = held.cells;
  const columns = Math.round(across / (width + gap));
  const rows = Math.round(down / (height + gap));
  const to = held.resizes
    ? { ...from, w: Math.min(COLUMNS - from.x, Math.max(1, from.w + columns)), h: Math.max(1, from.h + rows) }
    : { ...from, x: Math.min(COLUMNS - from.w, Math.max(0, from.x + columns)), y: Math.max(0, from.y + rows) };
  held.to = to;
  const told = JSON.stringify(to);
  if (told !== held.told) {
    held.told = told;
    tell(card, to, false);
  }
  settle();
  const margin = 60;
  const beyond = at.y > innerHeight - margin ? 12 : at.y < margin ? -12 : 0;
  if (beyond !== 0) {
    scrollBy(0, beyond);
    held.frame = requestAnimationFrame(follow);
  }
}

/** How far the pointer has come, on the page. */
function way() {
  const { at, start, scroll } = held;
  return { across: at.x - start.x, down: at.y - start.y + (scrollY - scroll) };
}

/** Under the pointer, wherever the grid has put the card: from the cells of its classes, so that nothing is laid out to know it. */
function settle() {
  if (!held || held.resizes) return;
  const { card, from } = held;
  const { gap, width, height } = held.cells;
  const { across, down } = way();
  const { x, y } = place(card);
  card.style.transform = `translate(${across - (x - from.x) * (width + gap)}px, ${down - (y - from.y) * (height + gap)}px)`;
}

/** The app moves the card a moment after it was told, and before it is painted. */
const moves = new MutationObserver(settle);

function letGo(keeps) {
  if (!held) return;
  if (held.frame) {
    cancelAnimationFrame(held.frame);
    follow();
  }
  const { card, begun, from, to } = held;
  held = null;
  moves.disconnect();
  card.style.transform = '';
  card.classList.remove('dragged', 'resized');
  document.documentElement.classList.remove('holding');
  if (begun) tell(card, keeps && to ? to : from, true);
}

document.addEventListener('pointerup', () => letGo(true));
document.addEventListener('pointercancel', () => letGo(false));
// A click that ends a drag is none.
document.addEventListener('click', (event) => {
  if (document.documentElement.classList.contains('holding')) event.stopPropagation();
}, { capture: true });
document.addEventListener('touchmove', (event) => {
  if (held?.begun) event.preventDefault();
}, { passive: false });

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && held) return letGo(false);
  const isTyping = event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]');
  if (!editing() || isTyping || !(event.ctrlKey || event.metaKey)) return;
  const key = event.key.toLowerCase();
  const act = key === 'z' && !event.shiftKey ? 'undo' : key === 'y' || (key === 'z' && event.shiftKey) ? 'redo' : '';
  const button = act && document.querySelector(`[data-act='${act}']`);
  if (button) {
    event.preventDefault();
    button.click();
  }
});

// Copy and paste. What is copied must be at hand at once, so a focused card is asked for before.
let copied = null;

document.addEventListener('focusin', async (event) => {
  const card = event.target instanceof Element ? event.target.closest('.grid.editing > article.card') : null;
  if (!card || copied?.id === card.dataset.id) return;
  const { id } = card.dataset;
  copied = { id, spec: null };
  const answer = await fetch(`/api/widgets/${id}`).catch(() => null);
  if (!answer?.ok || copied?.id !== id) return;
  const { type, title, config, size } = await answer.json();
  copied.spec = { type, title, config, size };
});

document.addEventListener('copy', (event) => {
  const card = document.activeElement?.closest?.('.grid.editing > article.card');
  if (!card || copied?.id !== card.dataset.id || !copied.spec || !getSelection().isCollapsed) return;
  event.clipboardData.setData('text/plain', JSON.stringify(copied.spec, null, 2));
  event.preventDefault();
  say(t('Copied.'));
});

document.addEventListener('paste', async (event) => {
  const grid = editing();
  const isTyping = event.target instanceof Element && event.target.closest('input, textarea, [contenteditable]');
  if (!grid || isTyping) return;
  const spec = widget(event.clipboardData.getData('text/plain'));
  if (!spec) return;
  event.preventDefault();
  const { told, problem } = await call(`/api/dashboards/${grid.dataset.board}/widgets`, 'POST', spec);
  if (problem) {
    say(problem);
    return;
  }
  grid.dataset.added = told.id;
  grid.dispatchEvent(new Event('added'));
  say(t('The copy stands below the others.'));
});

/** The widget that a text describes, without a place of its own. */
function widget(text) {
  try {
    const { type, title = '', config = {}, size } = JSON.parse(text);
    return typeof type === 'string' && typeof config === 'object' ? { type, title, config, ...(size && { size }) } : null;
  } catch {
    return null;
  }
}
