// The texts of the page's language: `t('Loading')` names one by its English words, as the app itself does. A page in another
// language than English fetches them once, from the same file that the server has them from.
const language = document.documentElement.lang;
const texts = language === 'en' ? {} : await fetch(`/words/${language}.json`).then((answer) => (answer.ok ? answer.json() : {})).catch(() => ({}));

/** The text, with the other arguments for `{0}`, `{1}` and so on. */
export const t = (english, ...values) => (texts[english] ?? english).replace(/\{(\d)\}/g, (place, at) => values[at] ?? place);

/** What the app is given before it takes the page over: English and German lines in turn; nothing for English. */
export const lines = Object.keys(texts).length > 0 ? Object.entries(texts).flat().join('\n') : undefined;

/** How the person reads times: of 12 or of 24 hours. */
export const clock = document.documentElement.dataset.clock === '12' ? { hour12: true } : { hourCycle: 'h23' };

/** A time as the app writes it, on the clocks of the organization; on the browser's own where it does not know these. */
export function when(at) {
  const looks = { dateStyle: 'medium', timeStyle: 'short', ...clock };
  try {
    return new Date(at).toLocaleString(locale, { ...looks, timeZone: zone() });
  } catch {
    return new Date(at).toLocaleString(locale, looks);
  }
}

/** The instant of what somebody typed as `2026-11-27T09:35`, meaning the organization's clocks. */
export function instant(typed) {
  const wanted = Date.parse(`${typed}Z`);
  const shown = (at) => {
    try {
      return Date.parse(`${new Date(at).toLocaleString('sv-SE', { timeZone: zone() }).replace(' ', 'T')}Z`);
    } catch {
      return at - new Date(at).getTimezoneOffset() * 60_000;
    }
  };
  // Twice: the first guess may lie on the other side of a change of the clocks.
  let at = wanted;
  for (let round = 0; round < 2; round += 1) at += wanted - shown(at);
  return new Date(at).toISOString();
}

const zone = () => document.querySelector('[data-zone]')?.dataset.zone;

/** The language of dates and numbers. */
export const locale = language === 'en' ? 'en-GB' : language;
