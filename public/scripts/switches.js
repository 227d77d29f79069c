// What a dashboard is told apart by, and the values of its variables: suggested as they are typed, shown once chosen. The
// variables themselves are made and taken away here, too.
import { go } from './address.js';
import { call, make, openDialog, reload } from './element.js';
import { t } from './words.js';

let chosen = '';

/** Properties, or the values of one, as the events have them. */
async function suggest(input) {
  const list = document.getElementById(input.getAttribute('list'));
  if (!list || list.dataset.filled) return;
  list.dataset.filled = 'true';
  const asked = input.dataset.suggest === 'values' ? `values?${new URLSearchParams({ property: input.dataset.property, limit: 100 })}` : 'properties';
  const { told } = await call(`/api/analytics/events/${asked}`);
  list.replaceChildren(...(told?.items ?? []).map((item) => make('option', { value: item.value ?? item.property })));
}

const inputOf = (event) => (event.target instanceof Element ? event.target.closest('[data-switches] input[data-suggest]') : null);

document.addEventListener('focusin', (event) => {
  const input = inputOf(event);
  if (input) suggest(input);
});

function show(input) {
  chosen = input.name;
  // An empty variable stands for any value; an empty property for what was saved.
  const isVariable = input.name.startsWith('var.');
  go({ [input.name]: input.value.trim() === '' && !isVariable ? null : input.value.trim() });
}

document.addEventListener('change', (event) => {
  const input = inputOf(event);
  if (input) show(input);
});

document.addEventListener('submit', (event) => {
  if (!(event.target instanceof Element) || !event.target.matches('[data-switches]')) return;
  event.preventDefault();
  const input = document.activeElement?.closest?.('[data-switches] input');
  if (input) show(input);
});

// The form is drawn anew with what was chosen: whoever was in it stays in it.
new MutationObserver(() => {
  if (!chosen || (document.activeElement && document.activeElement !== document.body)) return;
  const input = document.querySelector(`[data-switches] input[name="${CSS.escape(chosen)}"]`);
  if (!input) return;
  input.focus({ preventScroll: true });
  chosen = '';
}).observe(document.documentElement, { childList: true, subtree: true });

document.addEventListener('click', (event) => {
  const act = event.target instanceof Element ? event.target.closest("[data-act='variables']") : null;
  if (act) edit(`/api/dashboards/${document.querySelector('.grid[data-board]').dataset.board}`);
});

/** The variables of a dashboard, a line each. */
async function edit(path) {
  const answer = await fetch(path);
  if (!answer.ok) return;
  const tag = answer.headers.get('etag');
  const { name, description, layout, range, filter } = await answer.json();
  const rows = make('div', { className: 'stack' });
  const said = make('p', { className: 'problem', role: 'alert' });
  const add = ({ name: called = '', property = '', default: first = '' } = {}) => {
    const field = (label, value, key) => make('input', { className: 'input', 'aria-label': label, placeholder: label, value, maxLength: 200, autocomplete: 'off', 'data-key-of': key });
    const drop = make('button', { className: 'button small', type: 'button', textContent: t('Remove'), 'aria-label': t('Remove {0}', called || t('this variable')) });
    const row = make('div', { className: 'variable' }, field(t('Name'), called, 'name'), field(t('Property'), property, 'property'), field(t('Begins with'), first, 'default'), drop);
    drop.addEventListener('click', () => row.remove());
    rows.append(row);
    return row;
  };
  (layout.variables ?? []).forEach(add);
  if (!rows.firstChild) add();
  const more = make('button', { className: 'button small', type: 'button', textContent: t('Another variable') });
  const cancel = make('button', { className: 'button', type: 'button', textContent: t('Cancel') });
  const save = make('button', { className: 'button primary', type: 'submit', textContent: t('Save variables') });
  const about = t('Whoever looks at this dashboard chooses a value of each, and every widget counts only events that have it.');
  const form = make('form', {}, make('p', { className: 'muted', textContent: about }), rows, more, said, make('div', { className: 'actions' }, cancel, save));
  const dialog = openDialog(t('Variables'), form);
  more.addEventListener('click', () => add().querySelector('input').focus());
  cancel.addEventListener('click', () => dialog.close());
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const read = (row) => Object.fromEntries([...row.querySelectorAll('input')].map((input) => [input.dataset.keyOf, input.value.trim()]).filter(([, value]) => value !== ''));
    const variables = [...rows.children].map(read).filter((row) => Object.keys(row).length > 0);
    const body = { name, description, layout: { ...layout, variables }, range, filter };
    const saved = await fetch(path, { method: 'PUT', headers: { 'content-type': 'application/json', ...(tag && { 'if-match': tag }) }, body: JSON.stringify(body) });
    if (saved.status === 412) said.textContent = t('Somebody else changed this dashboard meanwhile. Close this and try again.');
    else if (!saved.ok) said.textContent = (await saved.json().catch(() => null))?.errors?.[0]?.message ?? t('That was not saved. Try again.');
    else {
      dialog.close();
      reload();
    }
  });
}
