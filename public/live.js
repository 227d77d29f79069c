// Live parts of the app: one connection for the page, elements that say what they want to hear, and their state.
//   <live-board data-board data-view>  new answers of a dashboard, as `liveupdate` events with the frame's text
//   <live-events>                      events as they arrive, and what was refused; `arrived` at most every two seconds
//   <live-dry-run>                     what an event would become
import { clock as hours, locale, t } from "/scripts/words.js";

(() => {
  const FIRST_WAIT = 500, LONGEST_WAIT = 30000, SILENCE = 45000;
  const wanted = new Map();
  let socket = null, timer = 0, wait = FIRST_WAIT, heard = 0, next = 0, leaving = 0;

  const isOpen = () => socket !== null && socket.readyState === WebSocket.OPEN;
  const tell = (state) => wanted.forEach(({ onState }) => onState(state));

  function connect() {
    clearTimeout(timer);
    if (socket !== null || wanted.size === 0) return;
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/ws`);
    socket.onopen = () => {
      heard = Date.now();
      wait = FIRST_WAIT;
      wanted.forEach(({ topic }, id) => socket.send(JSON.stringify({ subscribe: { id, ...topic } })));
      tell("live");
    };
    socket.onmessage = ({ data }) => {
      heard = Date.now();
      const frame = JSON.parse(data);
      wanted.get(frame.id)?.onFrame(frame, data);
    };
    socket.onclose = () => {
      socket = null;
      if (wanted.size === 0) return;
      tell("stale");
      // Spread out, so that a restart does not bring everybody back at once.
      timer = setTimeout(connect, wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
  }

  function want(topic, onFrame, onState) {
    const id = String(++next);
    clearTimeout(leaving);
    wanted.set(id, { topic, onFrame, onState });
    if (isOpen()) {
      socket.send(JSON.stringify({ subscribe: { id, ...topic } }));
      onState("live");
    } else {
      onState("waiting");
      connect();
    }
    return () => {
      wanted.delete(id);
      if (isOpen()) socket.send(JSON.stringify({ unsubscribe: id }));
      // Going from one page to the next keeps the connection.
      leaving = setTimeout(() => wanted.size === 0 && socket?.close(1000), 3000);
    };
  }

  // A connection can die without a word: the server is heard every 20 seconds.
  setInterval(() => isOpen() && Date.now() - heard > SILENCE && socket.close(), 5000);
  const hurry = () => {
    if (socket === null && !document.hidden && wanted.size > 0) connect();
  };
  document.addEventListener("visibilitychange", hurry);
  addEventListener("online", hurry);

  const clock = (time) => time.toLocaleTimeString(locale, { hour: hours.hour12 ? "numeric" : "2-digit", minute: "2-digit", second: "2-digit", ...hours, timeZone: document.querySelector("[data-zone]")?.dataset.zone });

  function showState(element, state, since) {
    element.dataset.state = state;
    const words = {
      waiting: t("Connecting"),
      live: t("Live: figures change as events arrive"),
      stale: since ? t("Not live since {0}. Trying again.", clock(since)) : t("Not live since the page was opened. Trying again."),
      gone: t("This is not there any more"),
    }[state];
    element.dataset.word = { waiting: t("Connecting"), live: t("Live"), stale: t("Not live"), gone: t("Not live") }[state];
    element.title = words;
    element.setAttribute("aria-label", words);
  }

  customElements.define("live-board", class extends HTMLElement {
    static observedAttributes = ["data-board", "data-view"];

    connectedCallback() {
      this.listen();
    }

    disconnectedCallback() {
      this.leave?.();
      this.leave = null;
    }

    attributeChangedCallback(_name, before, now) {
      if (before !== now && this.leave) this.listen();
    }

    listen() {
      this.leave?.();
      let view = {};
      try {
        view = JSON.parse(this.dataset.view || "{}");
      } catch {}
      let lastLive = null;
      const topic = { topic: "dashboard", dashboard_id: this.dataset.board, ...view };
      const onFrame = (frame, text) => {
        lastLive = new Date();
        if (frame.type === "update") this.dispatchEvent(new CustomEvent("liveupdate", { detail: text }));
        if (frame.type === "error") showState(this, frame.code === "not_found" ? "gone" : "stale", lastLive);
      };
      const onState = (state) => {
        if (state === "live") lastLive = new Date();
        showState(this, state, lastLive);
      };
      this.leave = want(topic, onFrame, onState);
    }
  });

  const make = (tag, { className, text, ...attributes } = {}, ...children) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  const MOST_ROWS = 200;

  function eventRow(frame) {
    if (frame.event) {
      const { id, name, timestamp, user_id, anonymous_id, properties } = frame.event;
      const summary = make("summary", {},
        make("time", { text: clock(new Date(timestamp)), datetime: timestamp }),
        make("strong", { text: name }),
        make("span", { className: "who", text: user_id ?? anonymous_id ?? t("nobody") }),
        make("span", { className: "muted what", text: JSON.stringify(properties) }));
      return make("li", { className: "arrived", "data-id": id },
        make("details", {}, summary, make("pre", { text: JSON.stringify(frame.event, null, 2), tabindex: 0 })));
    }
    if (frame.refused) {
      const { outcome, field, code, message, text } = frame.refused;
      const word = { refused: t("Refused"), changed: t("Changed"), duplicate: t("Duplicate"), dropped: t("Dropped") }[outcome];
      const summary = make("summary", {},
        make("time", { text: clock(new Date()) }),
        make("strong", { text: word }),
        make("span", { className: "who", text: [field, code].filter(Boolean).join(": ") }),
        make("span", { className: "what", text: message }));
      return make("li", { className: `arrived ${outcome}` }, make("details", {}, summary, make("pre", { text, tabindex: 0 })));
    }
    const text = t("{0} more arrived too quickly to be listed.", frame.skipped);
    return make("li", { className: "arrived muted", text });
  }

  customElements.define("live-events", class extends HTMLElement {
    connectedCallback() {
      const id = `filter-${++next}`;
      this.state = make("span", { className: "live-dot", role: "status" });
      this.filter = make("input", { className: "input", id, placeholder: t("All events"), autocomplete: "off", spellcheck: "false" });
      this.pause = make("button", { className: "button", type: "button", text: t("Pause") });
      this.list = make("ol", { className: "event-list", "aria-label": t("Events, the newest first") });
      this.empty = make("p", { className: "muted", text: t("Nothing yet. Events show here the moment they are stored; what is refused shows with its reason.") });
      const bar = make("div", { className: "event-bar" }, this.state,
        make("div", { className: "field" }, make("label", { for: id, text: t("Only events named") }), this.filter), this.pause);
      this.replaceChildren(bar, this.empty, this.list);
      this.pause.onclick = () => {
        this.isPaused = !this.isPaused;
        this.pause.textContent = this.isPaused ? t("Go on") : t("Pause");
        if (!this.isPaused) this.showHeld();
      };
      let typing = 0;
      this.filter.oninput = () => {
        clearTimeout(typing);
        typing = setTimeout(() => this.listen(), 400);
      };
      this.held = [];
      this.listen();
    }

    disconnectedCallback() {
      this.leave?.();
    }

    listen() {
      this.leave?.();
      const name = this.filter.value.trim();
      const topic = { topic: "events", refused: true };
      if (name) topic.filter = { property: "$name", op: "contains", value: name };
      let lastLive = null;
      const onState = (state) => {
        if (state === "live") lastLive = new Date();
        showState(this.state, state, lastLive);
      };
      const onFrame = (frame) => {
        // From here on everything arrives: what came before is asked for now, so that nothing falls between, also after a break.
        if (frame.type !== "ping") return this.take(frame);
        this.recall(name, topic.filter);
        // What was on its way to the store at that moment is there by then.
        setTimeout(() => this.isConnected && this.recall(name, topic.filter), 2000);
      };
      this.leave = want(topic, onFrame, onState);
      this.list.replaceChildren();
    }

    /** Lists what came in the last half hour, among what arrives meanwhile. */
    async recall(name, filter) {
      const question = { kind: "events", range: { last: "30min" }, limit: 50, ...(filter && { filter }) };
      const answer = await fetch("/api/analytics/query", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(question) }).catch(() => null);
      if (!answer?.ok) return;
      const { rows } = await answer.json();
      if (name !== this.filter.value.trim()) return;
      const known = this.listed();
      for (const { event } of this.held) known.add(event?.id);
      for (const event of rows.filter(({ id }) => !known.has(id))) this.list.insertBefore(eventRow({ event }), this.rowBefore(event));
      this.empty.hidden = this.list.childElementCount > 0;
    }

    listed() {
      return new Set([...this.list.children].map((row) => row.dataset.id));
    }

    /** The row that an event stands above: the first of those that happened before it. */
    rowBefore(event) {
      const happened = (row) => Date.parse(row.querySelector("time[datetime]")?.dateTime);
      return [...this.list.children].find((row) => happened(row) < Date.parse(event.timestamp)) ?? null;
    }

    take(frame) {
      if (frame.type !== "event") return;
      this.held.unshift(frame);
      this.held.length = Math.min(this.held.length, MOST_ROWS);
      this.later ??= setTimeout(() => {
        this.later = null;
        this.dispatchEvent(new CustomEvent("arrived"));
      }, 2000);
      if (this.isPaused) this.pause.textContent = `${t("Go on")} (${this.held.length})`;
      else this.frame ??= requestAnimationFrame(() => this.showHeld());
    }

    showHeld() {
      this.frame = null;
      const known = this.listed();
      this.list.prepend(...this.held.filter(({ event }) => !event || !known.has(event.id)).map(eventRow));
      this.held = [];
      while (this.list.childElementCount > MOST_ROWS) this.list.lastElementChild.remove();
      this.empty.hidden = this.list.childElementCount > 0;
    }
  });

  customElements.define("live-dry-run", class extends HTMLElement {
    connectedCallback() {
      const id = `event-${++next}`;
      const text = make("textarea", { className: "input code", id, rows: "7", spellcheck: "false" });
      text.value = '{\n  "name": "signup",\n  "user_id": "ada",\n  "properties": { "plan": "pro" }\n}';
      const button = make("button", { className: "button primary", type: "submit", text: t("Try it") });
      const answer = make("div", { className: "dry-answer", role: "status" });
      const form = make("form", { className: "stack" },
        make("div", { className: "field" }, make("label", { for: id, text: t("An event as you would send it") }), text), button);
      form.onsubmit = async (event) => {
        event.preventDefault();
        button.disabled = true;
        answer.replaceChildren(...(await this.ask(text.value)));
        button.disabled = false;
      };
      this.replaceChildren(form, answer);
    }

    async ask(body) {
      const problem = (words) => make("p", { className: "notice problem", text: words });
      try {
        const response = await fetch("/api/analytics/events?dry_run=1", { method: "POST", headers: { "content-type": "application/json" }, body });
        const told = await response.json();
        if (!response.ok) return [problem(told.detail)];
        const parts = told.errors.map(({ field, message }) => problem(field ? `${field}: ${message}` : message));
        parts.push(...(told.warnings ?? []).map(({ message }) => make("p", { className: "notice", text: message })));
        if (told.duplicates > 0) parts.push(make("p", { className: "notice", text: t("{0} arrived before and would not be counted again.", told.duplicates) }));
        for (const event of told.events ?? []) {
          parts.push(make("p", { className: "notice good", text: t("It would be stored as this. Nothing was kept.") }), make("pre", { text: JSON.stringify(event, null, 2), tabindex: 0 }));
        }
        return parts;
      } catch {
        return [problem(t("The server did not answer. Try again in a moment."))];
      }
    }
  });
})();
