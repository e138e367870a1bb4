// What pages gain with scripts: local times, questions on the spot, uploads by drag and drop with progress, and an
// empty screen once the session has ended. Everything else works without.
"use strict";

const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
for (const time of document.querySelectorAll("time")) time.textContent = format.format(new Date(time.dateTime));

const folder = document.getElementById("folder");
const form = document.getElementById("upload");
let sending = null;

// Questions on the spot.
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
}
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const dialog = document.getElementById(link.dataset.dialog);
  const row = link.closest("tr");
  const name = row.querySelector("bdi").textContent;
  dialog.querySelector("bdi").textContent = name;
  dialog.querySelector("[name=item]").value = encodeURIComponent(name);
  const field = dialog.querySelector("[name=name]");
  dialog.querySelector(".whole")?.toggleAttribute("hidden", !row.querySelector(".folder"));
  if (field) field.value = name;
  dialog.showModal();
  if (field) {
    const point = name.lastIndexOf(".");
    field.setSelectionRange(0, point > 0 ? point : name.length);
  } else {
    // Return must not delete.
    dialog.querySelector("[data-close]").focus();
  }
});

// Uploads: the same request as without scripts, sent so that its progress shows.
if (form) {
  const line = form.querySelector(".sending");
  const failed = form.querySelector(".failed");
  const progress = form.querySelector("progress");
  const leave = (event) => event.preventDefault();

  const end = (text) => {
    sending = null;
    line.hidden = true;
    failed.textContent = text;
    removeEventListener("beforeunload", leave);
  };
  const send = (files) => {
    if (sending || files.length === 0) return;
    const body = new FormData(form);
    body.delete("files");
    for (const file of files) body.append("files", file);
    failed.textContent = "";
    progress.value = 0;
    line.hidden = false;
    line.querySelector("button").focus();
    addEventListener("beforeunload", leave);
    sending = new XMLHttpRequest();
    sending.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress.value = event.loaded / event.total;
    });
    sending.addEventListener("load", () => {
      const { status, responseURL } = sending;
      end(status < 400 ? "" : form.dataset.broken);
      if (status < 400) location.assign(responseURL);
    });
    sending.addEventListener("error", () => end(form.dataset.broken));
    sending.addEventListener("abort", () => end(""));
    sending.open("POST", form.action);
    sending.send(body);
  };

  form.querySelector(".drop").hidden = false;
  line.querySelector("button").addEventListener("click", () => sending?.abort());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send([...form.elements.files.files]);
  });
  addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    document.body.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("over");
  });
  addEventListener("drop", (event) => {
    document.body.classList.remove("over");
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    if (items.some((item) => item.webkitGetAsEntry?.()?.isDirectory)) {
      failed.textContent = form.dataset.folders;
      return;
    }
    send(items.map((item) => item.getAsFile()));
  });
}

// Once the session has ended, loading the page again shows the login form. Other tabs may have kept it alive.
if (folder) {
  const idle = (Number(folder.dataset.idle) + 5) * 1000;
  let last = Date.now();
  const look = () => {
    if (sending) last = Date.now();
    if (Date.now() - last >= idle) location.reload();
  };
  setInterval(look, 10_000);
  document.addEventListener("visibilitychange", look);
}
// A page from the browser's memory must not outlive the session either.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
