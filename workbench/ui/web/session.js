// Runs beside Streamlit in the page: links to this server open in the same tab, and an ended session leads to the login page
// instead of a connection error. Asking here does not lengthen the session.
"use strict";
(() => {
  window.prerenderReady = false;
  const own = ["/keluar", "/bahasa", "/masuk"];
  const files = /^\/(berkas|unggah|media)(\/|$)/; // these may open beside the page
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const to = new URL(link.href, location.href);
    const stays = own.includes(to.pathname) || (link.target === "_blank" && !files.test(to.pathname));
    if (to.origin !== location.origin || !stays) return;
    event.preventDefault();
    event.stopPropagation();
    location.assign(to.href);
  }, true);

  // A form of ours inside the page may not move the page itself (its frame is sandboxed): it asks here.
  window.addEventListener("message", (event) => {
    const path = event.origin === location.origin && event.data ? event.data.workbenchGo : null;
    if (typeof path === "string" && /^\/[a-z-]*$/.test(path)) location.assign(path);
  });

  let asking = false;
  const ask = async () => {
    if (asking || document.visibilityState !== "visible") return;
    asking = true;
    try {
      const answer = await fetch("/sesi", { cache: "no-store", credentials: "same-origin", redirect: "manual" });
      if (answer.status === 401) {
        location.assign("/masuk?berakhir=1&lanjut=" + encodeURIComponent(location.pathname + location.search));
      }
    } catch {
      // The server is away for a moment; Streamlit says so and reconnects by itself.
    } finally {
      asking = false;
    }
  };
  setInterval(ask, 60000);
  document.addEventListener("visibilitychange", ask);
  window.addEventListener("focus", ask);
})();
