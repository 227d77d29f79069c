// Keys that work anywhere: a key presses the button that names it in `data-key`; `g d` goes to the dashboards, `?` lists the keys.
import { make, openDialog, visit } from './element.js';
import { t } from './words.js';

const KEYS = [
  ['g d', t('Go to the dashboards')],
  ['g x', t('Ask something')],
  ['t', t('Choose the range')],
  ['e', t('Edit the dashboard, or stop')],
  ['← ↑ → ↓', t('Move the focused widget while editing')],
  ['Shift ← ↑ → ↓', t('Resize the focused widget while editing')],
  ['Ctrl Z, Ctrl Shift Z', t('Take back while editing, do again')],
  ['Ctrl C, Ctrl V', t('Copy the focused widget while editing, paste one')],
  ['Ctrl K', t('Go anywhere, do anything')],
  ['/', t('Search')],
  ['f', t('Full screen')],
  ['← →', t('Walk over the focused chart; with Shift choose a time')],
  ['Enter', t('Look at the chosen time, or open the menu of the chosen mark')],
  ['Esc', t('Close what is open')],
  ['?', t('This list')],
];

function listed() {
  const rows = KEYS.flatMap(([keys, does]) => [make('dt', {}, make('kbd', { textContent: keys })), make('dd', { textContent: does })]);
  openDialog(t('Keyboard'), make('dl', { className: 'keys' }, ...rows));
}

let afterG = false;

document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]');
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
  const { key } = event;
  const place = afterG && { d: '/', x: '/explore' }[key];
  if (place) {
    afterG = false;
    visit(place);
    return;
  }
  afterG = key === 'g';
  const button = ['e', 't', 'f', '?'].includes(key) && document.querySelector(`[data-key='${key}']`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("[data-act='keys']")) listed();
});
