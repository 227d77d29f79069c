// On a wall: the figures alone, as large as the screen lets them be. `?tv` begins with it, in dark colours; `?tv=60` goes on every 60
// seconds, to what is further down and then to the dashboards of `then=ID,ID`, round and round.
import { isBoard } from './address.js';

const root = document.documentElement;
/** Rows that are read from afar: at least so large, of a screen of 1050 pixels; and at least so many pixels for twelve columns. */
const TALLEST = 1050;
const NARROWEST = 1000;

const isOn = () => root.classList.contains('tv') && isBoard();
const main = () => document.querySelector('main.page');

/** Makes everything as large as fits, and no smaller than can be read. */
function fit() {
  if (!isOn() || !main()) {
    root.style.zoom = '';
    return;
  }
  const fits = innerHeight / main().offsetHeight;
  const zoom = Math.max(Math.min(fits, innerWidth / NARROWEST), innerHeight / TALLEST, 1);
  if (Math.abs(zoom - Number(root.style.zoom || 1)) > 0.02) root.style.zoom = zoom.toFixed(3);
}

/** The uppermost card that is cut off at the foot of the screen, unless it is the one at its head: too tall to be shown whole. */
function cutOff() {
  const cards = [...document.querySelectorAll('.grid article.card')].map((card) => ({ card, box: card.getBoundingClientRect() }));
  const [first] = cards.filter(({ box }) => box.bottom > innerHeight + 1).sort((one, other) => one.box.top - other.box.top);
  return first && first.box.top > 40 ? first.card : null;
}

/** Shows what is further down, and then the next dashboard. */
function goOn() {
  if (!isOn() || document.hidden) return;
  // Of what is drawn, as it is seen: the page itself may be taller, since it is enlarged.
  const isMore = document.querySelector('.grid')?.getBoundingClientRect().bottom > innerHeight + 8;
  if (isMore && root.scrollTop < root.scrollHeight - innerHeight - 8) {
    const next = cutOff();
    if (next) next.scrollIntoView({ block: 'start', behavior: 'smooth' });
    else scrollBy({ top: innerHeight * 0.9, behavior: 'smooth' });
    return;
  }
  const asked = new URLSearchParams(location.search);
  const [next, ...rest] = (asked.get('then') ?? '').split(',').filter(Boolean);
  if (!next) {
    scrollTo({ top: 0, behavior: 'smooth' });
    return;
  }
  asked.set('then', [...rest, location.pathname.split('/')[2]].join(','));
  // A page that is loaded anew has the newest program, too.
  location.assign(`/dashboards/${encodeURIComponent(next)}?${asked}`);
}

new ResizeObserver(fit).observe(document.body);
new MutationObserver(fit).observe(root, { attributes: true, attributeFilter: ['class'] });
addEventListener('resize', fit);

const every = Number(new URLSearchParams(location.search).get('tv'));
if (every >= 5) setInterval(goOn, every * 1000);
