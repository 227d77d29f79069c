// Everything by its name: Ctrl K lists the dashboards, the pages, what can be done here, and people by what is known of them.
import { make, visit } from './element.js';
import { t } from './words.js';

let dialog = null;
let found = [];
let chosen = 0;
/** Those whom the server knows by what is typed now. */
let people = [];

const PAUSE = 250;
const MOST_PEOPLE = 5;
/** The pages of the settings, and what one must be allowed to open them. */
const SETTINGS = [
  ['/settings/organization', 'Organization'],
  ['/settings/members', 'Members'],
  ['/settings/shares', 'Share links', 'share'],
  ['/settings/audit', 'Audit', 'manage'],
  ['/settings/keys', 'API keys'],
  ['/settings/data', 'Data', 'manage'],
  ['/settings/account', 'Your account'],
  ['/settings/two-factor', 'Two-factor sign-in'],
];

/** What the page itself offers: its places, its tools and its menus. */
function here() {
  const named = (element) => {
    const copy = element.cloneNode(true);
    for (const key of copy.querySelectorAll('kbd')) key.remove();
    return (element.getAttribute('aria-label') || copy.textContent).trim();
  };
  const places = [...document.querySelectorAll('.places a[href]')].map((link) => ({ name: named(link), kind: t('Go to'), act: () => link.click() }));
  const may = document.querySelector('.sidebar')?.dataset.may.split(' ') ?? [];
  const open = SETTINGS.filter(([, , needs]) => !needs || may.includes(needs));
  const settings = open.map(([path, name]) => ({ name: t(name), kind: t('Settings'), act: () => visit(path) }));
  const told = (selector) => [...document.querySelectorAll(selector)]
    .filter((tool) => !tool.disabled)
    .map((tool) => ({ name: named(tool), kind: t('Here'), act: () => tool.click() }));
  const tools = told('.topbar .tools > .button, #dashboard-menu .menu-item');
  return [...tools, ...places, ...settings, ...told('[data-key="?"]')].filter(({ name }) => name !== '');
}

async function dashboards() {
  const answer = await fetch('/api/dashboards?limit=100').catch(() => null);
  if (!answer?.ok) return [];
  const { items } = await answer.json();
  return items.map(({ id, name }) => ({ name, kind: t('Dashboard'), act: () => visit(`/dashboards/${id}`) }));
}

/** People with `typed` in their ids, their name or their address; a place that does not answer finds nobody. */
async function known(typed) {
  const answer = await fetch(`/api/analytics/users?limit=${MOST_PEOPLE}&search=${encodeURIComponent(typed)}`).catch(() => null);
  if (!answer?.ok) return [];
  const { items } = await answer.json();
  return items.map(({ id, name, email }) => {
    const kind = [t('User'), email ?? (name ? id : null)].filter(Boolean).join(' · ');
    return { name: name ?? id, kind, act: () => visit(`/users/${encodeURIComponent(id)}`) };
  });
}

/** Asks for people once nobody has typed for a moment. */
function look(typed, tell) {
  const text = typed.trim();
  people = [];
  if (text.length < 2 || text.length > 200) return;
  setTimeout(async () => {
    const isCurrent = () => dialog?.querySelector('input').value === typed;
    if (!isCurrent()) return;
    const answer = await known(text);
    if (!isCurrent()) return;
    people = answer;
    tell();
  }, PAUSE);
}

function show(all) {
  const words = dialog.querySelector('input').value.toLowerCase().split(/\s+/).filter(Boolean);
  found = all.filter(({ name, kind }) => words.every((word) => `${kind} ${name}`.toLowerCase().includes(word))).slice(0, 50);
  found.push(...people);
  chosen = Math.min(chosen, Math.max(found.length - 1, 0));
  const rows = found.map(({ name, kind }, at) => {
    const row = make('li', { id: `palette-${at}`, role: 'option' }, make('span', { textContent: name, dir: 'auto' }), make('span', { className: 'muted', textContent: kind }));
    row.addEventListener('click', () => take(at));
    return row;
  });
  dialog.querySelector('ul').replaceChildren(...rows);
  dialog.querySelector('[role="status"]').textContent = found.length === 0 ? t('Nothing is called that.') : '';
  mark();
}

function mark() {
  const rows = [...dialog.querySelectorAll('li')];
  rows.forEach((row, at) => row.setAttribute('aria-selected', String(at === chosen)));
  rows[chosen]?.scrollIntoView({ block: 'nearest' });
  const input = dialog.querySelector('input');
  if (rows[chosen]) input.setAttribute('aria-activedescendant', rows[chosen].id);
  else input.removeAttribute('aria-activedescendant');
}

function take(at) {
  const { act } = found[at] ?? {};
  dialog.close();
  if (act) setTimeout(act);
}

/** Opens the list. */
export async function openPalette() {
  const input = make('input', {
    className: 'input', type: 'text', role: 'combobox', placeholder: t('Go to, or do'), autocomplete: 'off', spellcheck: false,
    'aria-label': t('Go to, or do'), 'aria-expanded': 'true', 'aria-controls': 'palette-list',
  });
  const list = make('ul', { id: 'palette-list', role: 'listbox', 'aria-label': t('Found') });
  dialog = make('dialog', { className: 'palette', 'aria-label': t('Commands') }, input, list, make('p', { className: 'muted', role: 'status' }));
  dialog.addEventListener('close', () => {
    dialog.remove();
    dialog = null;
  });
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  let all = here();
  [people, chosen] = [[], 0];
  input.addEventListener('input', () => {
    chosen = 0;
    look(input.value, () => show(all));
    show(all);
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') take(chosen);
    else if (event.key === 'ArrowDown') chosen = Math.min(chosen + 1, found.length - 1);
    else if (event.key === 'ArrowUp') chosen = Math.max(chosen - 1, 0);
    else return;
    event.preventDefault();
    if (dialog) mark();
  });
  document.body.append(dialog);
  dialog.showModal();
  show(all);
  all = [...all, ...(await dashboards())];
  if (dialog) show(all);
}

document.addEventListener('keydown', (event) => {
  if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  if (!document.querySelector('.frame')) return;
  event.preventDefault();
  if (dialog) dialog.close();
  else openPalette();
});
