// Brings new figures to a shared page as they come. The page is complete without it.
(() => {
  const page = document.querySelector("[data-live]");
  if (!page) return;
  const state = page.querySelector(".live-state");
  const updated = page.querySelector(".updated");
  const address = page.dataset.live.replace(/^\//, `${location.origin.replace(/^http/, "ws")}/`);
  // The page says its few words itself.
  const said = JSON.parse(page.dataset.said);
  let socket, timer, wait = 1000, heard = 0;

  const say = (word, words) => {
    page.dataset.state = word;
    state.textContent = words;
  };

  function show(frame) {
    heard = Date.now();
    if (frame.type === "changed") return location.reload();
    if (frame.type !== "update") return;
    const body = document.querySelector(`#w-${CSS.escape(frame.widget_id)} .card-body`);
    if (!body) return;
    if (body.innerHTML !== frame.html) body.innerHTML = frame.html;
    updated.textContent = frame.updated;
  }

  function connect() {
    clearTimeout(timer);
    socket = new WebSocket(address);
    socket.onopen = () => {
      heard = Date.now();
      wait = 1000;
      say("live", said.live);
    };
    socket.onmessage = (message) => show(JSON.parse(message.data));
    socket.onclose = (end) => {
      if (end.code === 4401) return say("stale", said.over);
      say("stale", said.stale);
      // Spread out, so that a restart does not bring everybody back at once.
      timer = setTimeout(connect, wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, 60000);
    };
  }

  // A connection can die without a word: the server is heard every 20 seconds.
  setInterval(() => {
    if (socket && socket.readyState === 1 && Date.now() - heard > 45000) socket.close();
  }, 5000);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && socket && socket.readyState === 3 && page.dataset.state === "stale") connect();
  });
  connect();
})();
