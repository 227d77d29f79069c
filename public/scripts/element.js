import { t } from './words.js';

/** An element with properties, attributes (names with a dash, `role`, `for`) and children. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element && !name.includes('-')) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** A dialog over the page with a heading; it is gone once it is closed. */
export function openDialog(title, ...children) {
  const dialog = make('dialog', { className: 'popover centred', 'aria-label': title }, make('h2', { textContent: title }), ...children);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Sends JSON and gives back what came; what is wrong, as one sentence. */
export async function call(path, method = 'GET', body = undefined) {
  const answer = await fetch(path, {
    method,
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: typeof body === 'string' ? body : JSON.stringify(body) }),
  }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (answer?.ok) return { told, problem: null };
  const [first] = told?.errors ?? [];
  const problem = first ? `${first.field ? `${first.field}: ` : ''}${t(first.message)}` : (told?.detail ? t(told.detail) : t('That did not arrive. Check the connection, then try again.'));
  return { told: null, problem };
}

/** Shows the dashboard anew. */
export const reload = () => document.querySelector('.grid[data-board]')?.dispatchEvent(new Event('reload'));

/** Goes to a page of the app: by a link, so that its router sees it. */
export function visit(path, noscroll = false) {
  const link = make('a', { href: path, hidden: true });
  if (noscroll) link.dataset.noscroll = '';
  document.body.append(link);
  link.click();
  link.remove();
}

/** A short message at the foot of the page; with `undo`, what was said can be taken back for ten seconds. */
export function say(text, undo = null) {
  const toast = make('div', { className: 'toast' }, make('p', { textContent: text }));
  if (undo) {
    const button = make('button', { className: 'button small', type: 'button', textContent: t('Undo') });
    button.addEventListener('click', () => {
      toast.remove();
      undo();
    });
    toast.append(button);
  }
  document.querySelector('.toasts')?.append(toast);
  setTimeout(() => toast.remove(), undo ? 10_000 : 4_000);
}
