// Sends one file as the body of a PUT, so that the server can stream it to disk and count as it goes.
"use strict";
(() => {
  const form = document.getElementById("upload");
  if (!form) return;
  const $ = (id) => document.getElementById(id);
  const words = form.dataset;
  const input = $("file");
  let intention = "";
  const unset = $("chosen").textContent;

  const problem = (text) => {
    $("problem").hidden = !text;
    $("problem").firstElementChild.textContent = text || "";
  };
  const size = (bytes) => {
    const [value, unit] = bytes < 1e3 ? [bytes, "byte"] : bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
    return `${new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(value)} ${unit}`;
  };

  const chosen = () => {
    const file = input.files[0];
    problem("");
    intention = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    $("chosen").textContent = file ? `${file.name} (${size(file.size)})` : unset;
    $("send").disabled = !file;
    if (file && file.size > Number(words.limit)) { problem(words.tooLarge); $("send").disabled = true; }
  };
  input.addEventListener("change", chosen);
  for (const kind of ["dragover", "dragleave", "drop"]) {
    $("drop").addEventListener(kind, (event) => {
      event.preventDefault();
      $("drop").classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) { input.files = event.dataTransfer.files; chosen(); }
    });
  }

  const idle = () => { $("running").hidden = true; $("send").disabled = false; input.disabled = false; };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const file = input.files[0];
    if (!file) return;
    problem("");
    $("send").disabled = true;
    input.disabled = true;
    $("running").hidden = false;
    const request = new XMLHttpRequest();
    request.open("PUT", form.dataset.target);
    request.responseType = "json";
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.setRequestHeader("Idempotency-Key", intention);
    request.upload.onprogress = (progress) => {
      const part = Math.round((100 * progress.loaded) / progress.total);
      $("progress").value = part;
      $("state").textContent = part < 100 ? words.sending.replace("{percent}", part) : words.storing;
    };
    request.onerror = () => { idle(); problem(words.broken); };
    request.onload = () => {
      idle();
      const answer = request.response || {};
      if (request.status !== 201) {
        problem(request.status === 401 ? words.login : answer.message || words.broken);
        return;
      }
      $("r-number").textContent = answer.receipt;
      $("r-file").textContent = file.name;
      $("r-size").textContent = size(answer.size);
      $("r-at").textContent = answer.received;
      $("r-sha").textContent = answer.sha256;
      $("r-good").hidden = answer.unusable;
      $("r-bad").hidden = !answer.unusable;
      $("r-warning").textContent = answer.warning;
      form.hidden = true;
      $("receipt").hidden = false;
    };
    request.send(file);
  });
  $("go-on").addEventListener("click", (event) => {
    if (window.parent === window) return;
    event.preventDefault();
    window.parent.postMessage({ workbenchGo: $("go-on").getAttribute("href") }, location.origin);
  });
  $("again").addEventListener("click", () => {
    form.reset();
    chosen();
    form.hidden = false;
    $("receipt").hidden = true;
    input.focus();
  });
})();
