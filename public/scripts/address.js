// The address of a dashboard: its range, filter and comparison are there and nowhere else.
import { visit } from './element.js';

/** Whether the page is a dashboard, and not one of its widgets in the editor. */
export const isBoard = () => /^\/dashboards\/[^/]+\/?$/.test(location.pathname);

/** Goes to the same page with other parameters; `null` takes one away. */
export function go(changes) {
  const parameters = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) parameters.delete(name);
    else parameters.set(name, value);
  }
  const search = parameters.toString();
  visit(location.pathname + (search ? `?${search}` : ''), true);
}

/** Shows only a range of days or times. */
export const showRange = (from, to) => go({ range: null, from, to });

/** Shows only events whose `property` is `value`; the text may stand for a number. */
export function showOnly(property, value) {
  const number = Number(value);
  const isNumber = value.trim() !== '' && Number.isFinite(number) && String(number) === value;
  const condition = isNumber ? { property, op: 'in', value: [value, number] } : { property, op: 'eq', value };
  go({ filter: JSON.stringify(joined(new URLSearchParams(location.search).get('filter'), condition)) });
}

function joined(text, condition) {
  const same = (other) => JSON.stringify(other) === JSON.stringify(condition);
  try {
    const before = text && JSON.parse(text);
    if (!before) return condition;
    if (Array.isArray(before.and)) return before.and.some(same) ? before : { and: [...before.and, condition] };
    return same(before) ? before : { and: [before, condition] };
  } catch {
    return condition;
  }
}
