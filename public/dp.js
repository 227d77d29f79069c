/*! DataPulse tracker: docs/tracker.md. No cookies; nothing is kept in the browser unless data-storage="local". */
(function (w, d) {
  var script = d.currentScript, set = (script && script.dataset) || {}, n = w.navigator;
  var name = set.name || 'dp', early = (w[name] && w[name].q) || [];
  var asked = n.globalPrivacyControl || /^(1|yes)$/.test(n.doNotTrack || w.doNotTrack || '');
  var quiet = !set.key || (asked && set.dnt !== 'ignore');
  var to = new URL(set.endpoint || '/api/analytics/events', script ? script.src : w.location.href);
  if (set.key) to.searchParams.set('key', set.key);

  var store = { get: function () {}, set: function () {} };
  if (set.storage === 'local') {
    store = {
      get: function (key) { try { return w.localStorage.getItem(name + '_' + key); } catch (_) {} },
      set: function (key, value) {
        try { value ? w.localStorage.setItem(name + '_' + key, value) : w.localStorage.removeItem(name + '_' + key); } catch (_) {}
      },
    };
  }
  function uuid() {
    return '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, function (c) {
      return (c ^ (w.crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16);
    });
  }
  function device() {
    var id = store.get('id');
    if (!id && set.storage === 'local') store.set('id', (id = uuid()));
    return id;
  }

  var user = store.get('user'), waiting = [], timer, wait = 1000, seen, last = d.referrer;

  function send(leaving) {
    clearTimeout(timer);
    timer = 0;
    if (!waiting.length) return;
    var some = waiting.splice(0, 20);
    var body = JSON.stringify({ events: some, sent_at: new Date().toISOString() });
    if (waiting.length) leaving ? send(true) : later(0);
    if (leaving && n.sendBeacon && n.sendBeacon(to, body)) return;
    // Text needs no question beforehand (CORS), and each event has an id: sent twice, it counts once.
    w.fetch(to, { method: 'POST', body: body, keepalive: body.length < 6e4, credentials: 'omit' }).then(function (answer) {
      if (answer.status === 429 || answer.status > 499) throw answer;
      wait = 1000;
    }).catch(function () {
      if (waiting.length > 200) return;
      waiting = some.concat(waiting);
      wait = Math.min(wait * 2, 6e4);
      later(wait);
    });
  }
  function later(ms) { timer = timer || setTimeout(send, ms); }

  function event(what, properties) {
    if (quiet) return;
    var own = { $url: w.location.href, $title: d.title, $language: n.language, $screen: w.screen.width + 'x' + w.screen.height };
    if (last) own.$referrer = last;
    for (var key in properties) own[key] = properties[key];
    var made = { id: uuid(), name: what, timestamp: new Date().toISOString(), properties: own };
    if (user) made.user_id = user;
    var id = device();
    if (id) made.anonymous_id = id;
    waiting.push(made);
    waiting.length > 19 ? send() : later(wait);
  }
  function page() {
    var here = w.location.pathname + w.location.search + (set.hash === 'on' ? w.location.hash : '');
    if (here === seen) return;
    if (seen !== undefined) last = page.url;
    seen = here;
    page.url = w.location.href;
    event('page_view');
  }

  function dp(what, first, second) {
    /^(identify|reset|page|flush)$/.test(what) ? dp[what](first, second) : event(String(what), first);
  }
  dp.identify = function (id, traits) {
    store.set('user', (user = String(id)));
    event('$identify', { $set: traits || {} });
  };
  dp.reset = function () { user = ''; store.set('user'); store.set('id'); };
  dp.page = function () { seen = seen === undefined ? seen : ''; page(); };
  dp.flush = function () { send(); };
  w[name] = dp;
  [].forEach.call(early, function (call) { dp.apply(null, call); });
  if (quiet) return;

  if (set.auto !== 'off') {
    ['pushState', 'replaceState'].forEach(function (change) {
      var original = w.history[change];
      w.history[change] = function () {
        var result = original.apply(this, arguments);
        // A router sets the title after the address.
        setTimeout(page);
        return result;
      };
    });
    w.addEventListener('popstate', function () { setTimeout(page); });
    if (set.hash === 'on') w.addEventListener('hashchange', page);
    if (d.prerendering) d.addEventListener('prerenderingchange', page, { once: true });
    else page();
  }

  function told(element) {
    var properties = {}, data = element.dataset;
    for (var key in data) {
      if (/^dp[A-Z]/.test(key) && key !== 'dpEvent') properties[key[2].toLowerCase() + key.slice(3)] = data[key];
    }
    event(data.dpEvent, properties);
  }
  function clicked(click) {
    if (click.type === 'auxclick' && click.button !== 1) return;
    var target = click.target.closest ? click.target : click.target.parentElement;
    var marked = target && target.closest('[data-dp-event]:not(form)');
    if (marked) told(marked);
    var link = target && target.closest('a[href]');
    if (link && set.outbound !== 'off' && /^https?:$/.test(link.protocol) && link.host !== w.location.host) {
      event('outbound_link', { href: link.href });
    }
  }
  d.addEventListener('click', clicked, true);
  d.addEventListener('auxclick', clicked, true);
  d.addEventListener('submit', function (submit) { if (submit.target.dataset.dpEvent) told(submit.target); }, true);
  d.addEventListener('visibilitychange', function () { if (d.visibilityState === 'hidden') send(true); });
  w.addEventListener('pagehide', function () { send(true); });
})(window, document);
