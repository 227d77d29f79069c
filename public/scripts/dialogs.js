// What a dashboard's menus lead to: noting what happened, earlier versions, templates and files.
import { call, make, openDialog, reload, say, visit } from './element.js';
import { instant, t, when } from './words.js';

const board = () => document.querySelector('.grid[data-board]')?.dataset.board;

document.addEventListener('click', (event) => {
  const act = event.target instanceof Element ? event.target.closest('[data-act]')?.dataset.act : '';
  if (act === 'note') note(`/api/dashboards/${board()}/annotations`);
  if (act === 'versions') versions(`/api/dashboards/${board()}/versions`);
  if (act === 'embed-key') embedKey(event.target.closest('[data-share]'));
  if (act === 'duplicate') duplicate(`/api/dashboards/${board()}/duplicate`);
  if (act === 'delete') remove(`/api/dashboards/${board()}`);
});

// A menu has done its part once something in it was chosen.
document.addEventListener('click', (event) => {
  const item = event.target instanceof Element ? event.target.closest('.menu-item[data-act], .menu-item[download]') : null;
  item?.closest('[popover]')?.hidePopover();
});

/** The key that a site signs its frames with: told once, replaced, or ended. */
function embedKey({ dataset: { share, hasKey } }) {
  const path = `/api/shares/${share}/embed-key`;
  const said = make('p', { className: 'problem', role: 'alert' });
  const told = make('div', { className: 'stack' });
  const about = hasKey === undefined ? t('There is no key yet: only the link itself opens in frames.') : t('There is a key. Another one replaces it at once; it is not shown again.');
  const cancel = make('button', { className: 'button', type: 'button', textContent: t('Close') });
  const end = make('button', { className: 'button', type: 'button', textContent: t('End the key') });
  const create = make('button', { className: 'button primary', type: 'button', textContent: hasKey === undefined ? t('Make a key') : t('Make another key') });
  const dialog = openDialog(
    t('Signed frames'),
    make('p', { className: 'muted', textContent: t('Your own server signs a short token for each visitor and fixes what they see.') }),
    make('p', { textContent: about }),
    told,
    said,
    make('div', { className: 'actions' }, cancel, ...(hasKey === undefined ? [] : [end]), create),
  );
  cancel.addEventListener('click', () => dialog.close());
  end.addEventListener('click', async () => {
    const { problem } = await call(path, 'DELETE');
    if (problem) said.textContent = problem;
    else {
      dialog.close();
      say(t('Signed frames of this link open nothing any more.'));
    }
  });
  create.addEventListener('click', async () => {
    const { told: made, problem } = await call(path, 'POST');
    said.textContent = problem ?? '';
    if (!made) return;
    const line = (label, value) => make('div', { className: 'field' }, make('label', {}, label, make('input', { className: 'input', readOnly: true, value })));
    told.replaceChildren(
      make('p', { className: 'notice good', role: 'status', textContent: t('Copy the key now: it is not shown again. Keep it on your server.') }),
      line(t('Key'), made.key),
      line(t('Share'), made.share),
      line(t('Address of the frame'), `${location.origin}/embed/TOKEN`),
    );
    create.textContent = t('Make another key');
  });
}

/** Makes a copy of the dashboard and goes there. */
async function duplicate(path) {
  const { told, problem } = await call(path, 'POST');
  if (problem) say(problem);
  else visit(`/dashboards/${told.id}`);
}

/** Deletes the dashboard, once its name was typed. */
async function remove(path) {
  const { told, problem } = await call(path);
  if (problem) {
    say(problem);
    return;
  }
  const count = document.querySelectorAll('.grid[data-board] > article').length;
  const lost = count === 1 ? t('Its one widget and its share links are lost for everybody. The events stay. This cannot be undone.') : t('Its {0} widgets and its share links are lost for everybody. The events stay. This cannot be undone.', count);
  const typed = make('input', { className: 'input', id: 'delete-name', autocomplete: 'off' });
  const said = make('p', { className: 'problem', role: 'alert' });
  const keep = make('button', { className: 'button', type: 'button', textContent: t('Keep it') });
  const go = make('button', { className: 'button danger', type: 'submit', textContent: t('Delete dashboard'), disabled: true });
  const form = make(
    'form',
    {},
    make('p', { textContent: lost }),
    make('div', { className: 'field' }, make('label', { htmlFor: 'delete-name' }, t('To go on, type'), ' ', make('strong', { textContent: told.name })), typed),
    said,
    make('div', { className: 'actions' }, keep, go),
  );
  const dialog = openDialog(t('Delete this dashboard?'), form);
  typed.focus();
  keep.addEventListener('click', () => dialog.close());
  typed.addEventListener('input', () => {
    go.disabled = typed.value.trim() !== told.name.trim();
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const done = await call(path, 'DELETE');
    if (done.problem) {
      said.textContent = done.problem;
      return;
    }
    dialog.close();
    visit('/');
    say(t('The dashboard is deleted.'));
  });
}

/** Something that happened, to be drawn on charts over time. */
function note(path) {
  const text = make('input', { className: 'input', id: 'note-text', type: 'text', maxLength: 200, required: true, placeholder: t('Release 2.4'), autocomplete: 'off' });
  const at = make('input', { className: 'input', id: 'note-at', type: 'datetime-local' });
  const said = make('p', { className: 'problem', role: 'alert' });
  const cancel = make('button', { className: 'button', type: 'button', textContent: t('Cancel') });
  const form = make(
    'form',
    {},
    make('p', { className: 'muted', textContent: t('A release, a campaign, an outage: the charts of this dashboard show it as a line.') }),
    make('div', { className: 'field' }, make('label', { htmlFor: 'note-text', textContent: t('What') }), text),
    make('div', { className: 'field' }, make('label', { htmlFor: 'note-at', textContent: t('When (now where empty)') }), at),
    said,
    make('div', { className: 'actions' }, cancel, make('button', { className: 'button primary', type: 'submit', textContent: t('Note it') })),
  );
  const noted = make('ul', { className: 'links', 'aria-label': t('What was noted') });
  const dialog = openDialog(t('What happened?'), form, noted);
  text.focus();
  listNotes(path, noted);
  cancel.addEventListener('click', () => dialog.close());
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { problem } = await call(path, 'POST', { text: text.value, ...(at.value && { at: instant(at.value) }) });
    if (problem) {
      said.textContent = problem;
      return;
    }
    dialog.close();
    reload();
  });
}

/** What was noted before, each with a button that takes it away; that can be taken back. */
async function listNotes(path, list) {
  const { told } = await call(path);
  list.replaceChildren(...(told?.items ?? []).map((item) => {
    const then = when(item.at);
    const button = make('button', { className: 'button small', type: 'button', textContent: t('Delete'), 'aria-label': t('Delete: {0}', item.text) });
    const row = make('li', {}, make('div', {}, make('strong', { textContent: item.text }), make('span', { className: 'muted', textContent: then })), button);
    button.addEventListener('click', async () => {
      button.disabled = true;
      const { problem } = await call(`/api/annotations/${item.id}`, 'DELETE');
      button.disabled = false;
      if (problem) {
        say(problem);
        return;
      }
      // Nothing beside an open dialog can be pressed, and this can be taken back.
      list.closest('dialog')?.close();
      reload();
      const where = item.dashboard_id ? `/api/dashboards/${item.dashboard_id}/annotations` : '/api/annotations';
      say(t('{0} is deleted.', `“${item.text}”`), async () => {
        const { problem: refused } = await call(where, 'POST', { text: item.text, at: item.at });
        if (refused) say(refused);
        else reload();
      });
    });
    return row;
  }));
}

/** What the dashboard was before each change. */
async function versions(path) {
  const said = make('p', { className: 'muted', role: 'status', textContent: t('Loading') });
  const list = make('ul', { className: 'links' });
  const close = make('button', { className: 'button', type: 'button', textContent: t('Close') });
  const dialog = openDialog(t('Earlier versions'), said, list, make('div', { className: 'actions' }, close));
  close.addEventListener('click', () => dialog.close());
  const { told, problem } = await call(path);
  said.textContent = problem ?? (told.items.length === 0 ? t('Nothing has been changed yet.') : t('What it was before each change.'));
  list.replaceChildren(...(told?.items ?? []).map((item) => row(item)));

  function row({ version, name, widgets, changed_at: at }) {
    const then = when(at);
    const button = make('button', { className: 'button small', type: 'button', textContent: t('Bring back'), 'aria-label': t('Bring back: before {0}', then) });
    button.addEventListener('click', async () => {
      button.disabled = true;
      const restored = await call(`${path}/${version}/restore`, 'POST');
      button.disabled = false;
      if (restored.problem) {
        said.textContent = restored.problem;
        return;
      }
      dialog.close();
      reload();
    });
    const words = `${name}, ${widgets === 1 ? t('1 widget') : t('{0} widgets', widgets)}`;
    return make('li', {}, make('div', {}, make('strong', { textContent: t('Before {0}', then) }), make('span', { className: 'muted', textContent: words })), button);
  }
}

// What a widget's menu saves.
document.addEventListener('toggle', (event) => {
  const menu = event.target instanceof Element && event.newState === 'open' ? event.target.closest('.popover.menu[id^="widget-"]') : null;
  const card = menu?.closest('article.card[data-id]');
  if (!card?.dataset.asks || menu.querySelector('[download]')) return;
  const isDrawn = Boolean(card.querySelector('svg.chart'));
  const files = [...(isDrawn ? [['PNG', 'chart.png'], ['PDF', 'chart.pdf']] : []), ['CSV', 'data.csv']];
  const called = card.querySelector('.card-head :is(h2, h3)')?.textContent.trim() || 'chart';
  const links = files.map(([name, file]) => make('a', { className: 'menu-item', href: `/api/widgets/${card.dataset.id}/${file}`, download: `${called}.${name.toLowerCase()}`, rel: 'external', textContent: t('Save as {0}', name) }));
  menu.append(...links);
}, { capture: true });

document.addEventListener('toggle', (event) => {
  const place = event.target instanceof Element && event.newState === 'open' ? event.target.querySelector('[data-templates]') : null;
  if (place) templates(place);
}, { capture: true });

/** Dashboards that fill themselves from the events that are there, and files. */
async function templates(place) {
  const said = make('p', { className: 'problem', role: 'alert' });
  const make_of = async (path, body) => {
    said.textContent = '';
    const { told, problem } = await call(path, 'POST', body);
    if (problem) said.textContent = problem;
    else location.assign(`/dashboards/${told.id}`);
  };
  const file = make('input', { className: 'hidden', type: 'file', accept: 'application/json,.json', 'data-import': '' });
  file.addEventListener('change', async () => file.files[0] && make_of('/api/dashboards/import', await file.files[0].text()));
  const entry = make('label', { className: 'menu-item' }, make('span', { textContent: t('Import a file') }), file);
  const foot = make('div', { className: 'menu-foot' }, entry, said);
  const waiting = make('p', { className: 'muted menu-note', role: 'status', textContent: t('Loading') });
  place.replaceChildren(waiting, foot);
  const { told, problem } = await call('/api/templates');
  if (problem) {
    waiting.textContent = problem;
    return;
  }
  const choices = told.items.map(({ name, title, description, fits }) => {
    const about = fits ? t(description) : t('There are too few kinds of events for it yet.');
    const button = make('button', { className: 'menu-item tall', type: 'button', disabled: !fits }, make('strong', { textContent: t(title) }), make('span', { className: 'muted', textContent: about }));
    button.addEventListener('click', () => make_of(`/api/templates/${name}`, {}));
    return button;
  });
  waiting.replaceWith(...choices);
}
