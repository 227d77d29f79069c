// What a mark of a chart leads to: the dashboard filtered by it, its time alone, and the users and events behind it.
import { isBoard, showOnly, showRange } from './address.js';
import { call, make, say, visit } from './element.js';
import { t } from './words.js';

const isEditing = (mark) => Boolean(mark.closest('.grid.editing'));
const card = (mark) => mark.closest('article.card[data-id]');

/** The property that the values of a mark belong to, where the dashboard can be filtered by it. */
function property(mark) {
  if (mark.dataset.value === undefined || mark.dataset.value === '$other') return '';
  return card(mark)?.dataset.property ?? '';
}

/** The page of the users, or of the events, that a mark was counted from. */
async function behind(mark, show, place = null) {
  const asked = new URLSearchParams();
  if (place) asked.set('place', JSON.stringify(place));
  const { from, to, value } = mark.dataset;
  if (from && to) {
    asked.set('from', from);
    asked.set('to', to);
  }
  if (value !== undefined && !place) asked.set('value', value);
  const here = new URLSearchParams(location.search);
  for (const name of ['range', 'filter']) if (here.get(name)) asked.set(name, here.get(name));
  if (here.get('breakdown')) asked.set('breakdown', here.get('breakdown'));
  const variables = [...here].filter(([name]) => name.startsWith('var.')).map(([name, chosen]) => [name.slice(4), chosen]);
  if (variables.length > 0) asked.set('variables', JSON.stringify(Object.fromEntries(variables)));
  if (here.get('from') && here.get('to')) {
    asked.set('first', here.get('from'));
    asked.set('last', here.get('to'));
  }
  const { told, problem } = await call(`/api/widgets/${card(mark).dataset.id}/behind?${asked}`);
  if (problem) say(problem);
  else visit(`/users?${new URLSearchParams({ q: JSON.stringify(told), ...(show && { show }) })}`);
}

/** What can be done with a mark. */
function choices(mark) {
  const found = [];
  const by = property(mark);
  if (by) found.push([t('Show only {0}', mark.dataset.value), () => showOnly(by, mark.dataset.value)]);
  const { from, to } = mark.dataset;
  if (from && to) found.push([t('Look at this time'), () => showRange(from, to)]);
  const hasPeople = ['trend', 'sessions', 'events'].includes(card(mark)?.dataset.asks) && mark.dataset.value !== '$other';
  if (hasPeople) found.push([t('See users'), () => behind(mark, '')], [t('See events'), () => behind(mark, 'events')]);
  if (mark.dataset.place) found.push(...atPlace(mark, JSON.parse(mark.dataset.place)));
  return found;
}

/** Who is at a place of the answer: a step of a funnel, a cell of retention, a link or a node of paths. */
function atPlace(mark, place) {
  if (place.of !== 'step') return [[t('See users'), () => behind(mark, '', place)]];
  const found = [[t('See who came this far'), () => behind(mark, '', place)]];
  if (place.step > 0) found.push([t('See who went no further'), () => behind(mark, '', { ...place, outcome: 'dropped' })]);
  return found;
}

/** Opens the menu of a mark; whether there is one. */
export function offer(mark) {
  if (!isBoard() || isEditing(mark) || !card(mark)) return false;
  const found = choices(mark);
  if (found.length === 0) return false;
  const buttons = found.map(([name, act]) => {
    const button = make('button', { className: 'menu-item', type: 'button', textContent: name });
    button.addEventListener('click', () => {
      menu.hidePopover();
      act();
    });
    return button;
  });
  const menu = make('div', { className: 'popover menu mark-menu', popover: 'auto', role: 'group', 'aria-label': t('What is here') }, ...buttons);
  const before = document.activeElement;
  menu.addEventListener('toggle', (event) => {
    if (event.newState !== 'closed') return;
    menu.remove();
    before?.focus?.({ preventScroll: true });
  });
  document.body.append(menu);
  menu.showPopover();
  const box = mark.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const middle = { x: box.left + box.width / 2, y: box.top + Math.min(box.height / 2, 60) };
  menu.style.left = `${Math.min(Math.max(8, middle.x), innerWidth - width - 8)}px`;
  menu.style.top = `${Math.min(Math.max(8, middle.y), innerHeight - height - 8)}px`;
  buttons[0].focus();
  return true;
}
