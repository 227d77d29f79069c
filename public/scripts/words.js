// The texts of the page's language: `t('Loading')` names one by its English words, as the app itself does. A page in another
// language than English fetches them once, from the same file that the server has them from.
const language = document.documentElement.lang;
const texts = language === 'en' ? {} : await fetch(`/words/${language}.json`).then((answer) => (answer.ok ? answer.json() : {})).catch(() => ({}));

/** The text, with the other arguments for `{0}`, `{1}` and so on. */
export const t = (english, ...values) => (texts[english] ?? english).replace(/\{(\d)\}/g, (place, at) => values[at] ?? place);

/** What the app is given before it takes the page over: English and German lines in turn; nothing for English. */
export const lines = Object.keys(texts).length > 0 ? Object.entries(texts).flat().join('\n') : undefined;

/** The language of dates and numbers. */
export const locale = language === 'en' ? undefined : language;
