// Charts under the pointer and the keys: what a mark says, a line across, a legend that takes series away, a time that is
// dragged over, a mark that leads further (`marks.js`). The drawing brings `<title>` for the words and `data-` for the rest.
import { isBoard, showRange } from './address.js';
import { offer } from './marks.js';

const SVG = 'http://www.w3.org/2000/svg';
const MARKS = '[data-tip], .chart-hit, .chart-mark, .chart-moment, .chart-key, svg.chart g:has(> title), svg.chart path:has(> title), svg.chart rect:has(> title)';

let shown = null;
/** Where the pointer is that shows it; nothing where the keys do. */
let pointed = null;
let dragged = null;
/** A click that ends a drag is none. */
let wasDragged = false;

const tip = Object.assign(document.createElement('div'), { id: 'chart-tip', hidden: true });
tip.setAttribute('aria-hidden', 'true');
const said = Object.assign(document.createElement('div'), { className: 'hidden' });
said.setAttribute('role', 'status');

/** The words of a mark. Its title moves aside, or the browser would show it, too. */
function words(mark) {
  const title = mark.querySelector(':scope > title');
  if (title) {
    mark.dataset.tip = title.textContent.trim();
    title.remove();
  }
  return mark.dataset.tip ?? '';
}

function show(mark, x, y) {
  const text = words(mark);
  if (!text) return hide();
  if (shown !== mark) {
    hide();
    shown = mark;
    mark.classList.add('pointed');
    if (mark.classList.contains('chart-hit')) cross(mark);
    const [head, ...lines] = text.split('\n');
    tip.replaceChildren(...[head, ...lines].map((line, at) => Object.assign(document.createElement(at === 0 ? 'strong' : 'span'), { textContent: line })));
    if (!tip.isConnected) document.body.append(tip);
    tip.hidden = false;
  }
  const { width, height } = tip.getBoundingClientRect();
  const left = x + 14 + width > innerWidth - 8 ? x - 14 - width : x + 14;
  const top = y + 14 + height > innerHeight - 8 ? y - 14 - height : y + 14;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${Math.max(8, top)}px`;
}

function hide() {
  shown?.classList.remove('pointed');
  shown = null;
  tip.hidden = true;
  for (const line of document.querySelectorAll('.chart-cross')) line.remove();
}

/** A line through the middle of what is pointed at. */
function cross(hit) {
  const { x, y, width, height } = hit.getBBox();
  if (!hit.ownerSVGElement.querySelector('.chart-series')) return;
  const line = document.createElementNS(SVG, 'line');
  line.setAttribute('class', 'chart-cross');
  for (const [name, value] of [['x1', x + width / 2], ['x2', x + width / 2], ['y1', y], ['y2', y + height]]) line.setAttribute(name, value);
  hit.before(line);
}

const figureOf = (mark) => mark.closest('figure.chart');
const isEditing = (mark) => Boolean(mark.closest('.grid.editing'));

/** Takes a series away, or brings it back. */
function toggle(figure, series) {
  const off = new Set((figure.dataset.off ?? '').split(' ').filter(Boolean));
  if (!off.delete(series)) off.add(series);
  figure.dataset.off = [...off].join(' ');
  paintSeries(figure);
}

function paintSeries(figure) {
  const off = new Set((figure.dataset.off ?? '').split(' ').filter(Boolean));
  for (const part of figure.querySelectorAll('[data-series]')) part.classList.toggle('off', off.has(part.dataset.series));
}

/** After its chart was drawn anew: what is at the same place now. */
function showAgain() {
  hide();
  const figure = document.activeElement;
  if (!pointed) return figure?.matches('figure.chart') ? walk(figure, walked.get(figure)?.at ?? -1) : undefined;
  const mark = document.elementFromPoint(pointed.x, pointed.y)?.closest(MARKS);
  if (mark) show(mark, pointed.x, pointed.y);
}

// A chart that is drawn anew keeps what was taken away.
new MutationObserver((changes) => {
  for (const { target } of changes) {
    if (target instanceof HTMLElement && target.matches('figure.chart[data-off]')) paintSeries(target);
  }
  if (shown && !shown.isConnected) showAgain();
}).observe(document.documentElement, { childList: true, subtree: true });

/** A band over everything between two columns. */
function brush(from, to) {
  const svg = from.ownerSVGElement;
  let band = svg.querySelector('.chart-brush');
  if (!band) {
    band = document.createElementNS(SVG, 'rect');
    band.setAttribute('class', 'chart-brush');
    svg.append(band);
  }
  const [one, other] = [from.getBBox(), to.getBBox()];
  const [left, right] = [Math.min(one.x, other.x), Math.max(one.x + one.width, other.x + other.width)];
  for (const [name, value] of [['x', left], ['width', right - left], ['y', one.y], ['height', one.height]]) band.setAttribute(name, value);
}

function unbrush() {
  for (const band of document.querySelectorAll('.chart-brush')) band.remove();
  dragged = null;
}

/** Looks at the time from one column to another, whichever is first. */
function zoom(from, to) {
  const [first, last] = from.compareDocumentPosition(to) & Node.DOCUMENT_POSITION_PRECEDING ? [to, from] : [from, to];
  unbrush();
  hide();
  showRange(first.dataset.from, last.dataset.to);
}

const markAt = (event) => (event.target instanceof Element ? event.target.closest(MARKS) : null);

document.addEventListener('pointermove', (event) => {
  const mark = markAt(event);
  pointed = { x: event.clientX, y: event.clientY };
  if (dragged) {
    const hit = mark?.closest('.chart-hit[data-from]');
    if (hit && hit.ownerSVGElement === dragged.from.ownerSVGElement) {
      dragged.to = hit;
      if (hit !== dragged.from || dragged.moved) {
        dragged.moved = true;
        brush(dragged.from, hit);
      }
    }
  }
  if (mark) show(mark, event.clientX, event.clientY);
  else if (shown) hide();
});

document.addEventListener('pointerdown', (event) => {
  wasDragged = false;
  const mark = markAt(event);
  pointed = { x: event.clientX, y: event.clientY };
  if (mark && event.pointerType === 'touch') show(mark, event.clientX, event.clientY);
  const hit = mark?.closest('.chart-hit[data-from]');
  if (!hit || event.button !== 0 || event.pointerType === 'touch' || !isBoard() || isEditing(hit)) return;
  dragged = { from: hit, to: hit, moved: false };
  event.preventDefault();
});

document.addEventListener('pointerup', () => {
  if (!dragged) return;
  const { from, to, moved } = dragged;
  wasDragged = moved;
  if (moved && from !== to) zoom(from, to);
  else unbrush();
});

document.addEventListener('pointercancel', unbrush);
document.addEventListener('scroll', hide, { capture: true, passive: true });

document.addEventListener('click', (event) => {
  const mark = markAt(event);
  if (!mark) return;
  const key = mark.closest('.chart-key[data-series]');
  if (key) return toggle(figureOf(key), key.dataset.series);
  const marked = mark.closest('[data-value], [data-place], .chart-hit[data-from]');
  if (marked && !wasDragged && offer(marked)) hide();
});

// By keys: arrows walk over the marks, Shift chooses a time, Enter goes there, digits take series away.
const walked = new WeakMap();

function marksOf(figure) {
  const columns = [...figure.querySelectorAll('.chart-hit')];
  return columns.length > 0 ? columns : [...figure.querySelectorAll('.chart-mark')];
}

/** Shows the mark at a place in their order. */
function walk(figure, at) {
  const mark = marksOf(figure)[at];
  if (!mark) return;
  const box = mark.getBoundingClientRect();
  show(mark, box.left + box.width / 2, box.top + Math.min(box.height / 2, 40));
}

document.addEventListener('keydown', (event) => {
  const figure = event.target;
  if (!(figure instanceof HTMLElement) || !figure.matches('figure.chart') || event.ctrlKey || event.metaKey || event.altKey) return;
  const marks = marksOf(figure);
  pointed = null;
  const state = walked.get(figure) ?? { at: -1, from: -1 };
  if (/^[1-8]$/.test(event.key)) {
    toggle(figure, String(Number(event.key) - 1));
  } else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
    if (marks.length === 0) return;
    const step = event.key === 'ArrowRight' ? 1 : -1;
    if (!event.shiftKey) state.from = -1;
    else if (state.from < 0) state.from = Math.max(state.at, 0);
    state.at = Math.min(marks.length - 1, Math.max(0, state.at + step));
    const mark = marks[state.at];
    walk(figure, state.at);
    if (state.from >= 0 && mark.dataset.from) brush(marks[state.from], mark);
    else unbrush();
    if (!said.isConnected) document.body.append(said);
    said.textContent = words(mark).replaceAll('\n', ', ');
    walked.set(figure, state);
  } else if (event.key === 'Enter' && state.at >= 0 && marks[state.at]) {
    const mark = marks[state.at];
    if (state.from >= 0 && mark.dataset.from && isBoard() && !isEditing(mark)) zoom(marks[state.from], mark);
    else offer(mark);
  } else if (event.key === 'Escape') {
    unbrush();
    hide();
    walked.delete(figure);
  } else {
    return;
  }
  event.preventDefault();
});

document.addEventListener('focusout', (event) => {
  if (event.target instanceof HTMLElement && event.target.matches('figure.chart')) {
    walked.delete(event.target);
    unbrush();
    hide();
  }
});
