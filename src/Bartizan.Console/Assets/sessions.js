// Keeps the table of sessions up to date: rows are found by their ids, and only what differs is touched.

import { fill, onChange, setText } from "./live.js";

const id = /^s-[0-9a-z]{20}$/;
const table = document.getElementById("sessions");
const body = table.tBodies[0];
const mould = document.getElementById("row").content.querySelector("tr");
const find = document.getElementById("find");
const most = Number(table.dataset.max);
const rows = new Map();
for (const row of body.rows) {
  rows.set(row.dataset.id, row);
}

function matches(row, words) {
  const text = row.textContent.toLowerCase();
  return words.every((word) => text.includes(word));
}

function wordsOf() {
  return find.value.toLowerCase().split(/\s+/).filter(Boolean);
}

function put(session, words) {
  let row = rows.get(session.id);
  if (!row) {
    row = mould.cloneNode(true);
    row.dataset.id = session.id;
    row.querySelector("a").href = `/sessions/${session.id}`;
    rows.set(session.id, row);
    body.prepend(row);
  }
  row.dataset.state = session.state;
  fill(row, session);
  row.hidden = words.length > 0 && !matches(row, words);
}

function tally() {
  let running = 0;
  let paused = 0;
  for (const row of rows.values()) {
    running += row.dataset.state === "running";
    paused += row.dataset.state === "paused";
  }
  const more = Number(document.getElementById("more-number").textContent);
  setText(document.getElementById("tally"), `${running} running, ${paused} paused, ${rows.size + more} in all`);
  document.getElementById("empty").hidden = rows.size > 0;
}

onChange((change) => {
  const words = wordsOf();
  if (change.whole) {
    const there = new Set(change.sessions.map((session) => session.id));
    for (const [key, row] of rows) {
      if (!there.has(key)) {
        row.remove();
        rows.delete(key);
      }
    }
  }
  for (const key of change.gone) {
    // The row under the focus stays until it is left: nobody loses their place.
    const row = rows.get(key);
    if (row?.contains(document.activeElement)) {
      row.dataset.state = "ended";
      setText(row.querySelector("[data-slot=state]"), "ended");
    } else {
      row?.remove();
    }
    rows.delete(key);
  }
  for (const session of change.sessions) {
    if (id.test(session.id) && (rows.has(session.id) || rows.size < most)) {
      put(session, words);
    }
  }
  tally();
});

document.getElementById("filter").hidden = false;
find.addEventListener("input", () => {
  const words = wordsOf();
  for (const row of rows.values()) {
    row.hidden = words.length > 0 && !matches(row, words);
  }
});
