// Goes on with a session's timeline: asks for what comes behind the last entry whenever something of the session is new.

import { fill, onChange, setText } from "./live.js";

const list = document.getElementById("timeline");
const facts = document.getElementById("facts");
const session = list.dataset.session;
const mould = document.getElementById("entry").content.querySelector("li");
const most = 2000;
let end = Number(list.dataset.end);
let asking = false;
let again = false;

function put(entry) {
  const begun = entry.isEnd ? list.querySelector(`[data-passage="${Number(entry.passage)}"]`) : null;
  const item = begun ?? mould.cloneNode(true);
  item.dataset.tone = entry.tone;
  setText(item.querySelector("[data-slot=result]"), entry.result);
  if (!begun) {
    item.dataset.lane = entry.lane;
    item.dataset.index = String(entry.index);
    item.dataset.passage = String(entry.passage);
    const when = item.querySelector("a");
    when.href = `/log/${Number(entry.index)}`;
    when.title = entry.time;
    fill(item, entry);
  }
  const details = item.querySelector("[data-slot=details]");
  for (const detail of entry.details) {
    const line = document.createElement("li");
    line.textContent = detail;
    details.append(line);
  }
  if (!begun) {
    list.append(item);
    if (list.children.length > most) {
      list.firstElementChild.remove();
    }
  }
}

async function ask() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    do {
      again = false;
      const answer = await fetch(`/sessions/${session}/entries?after=${end}`, { headers: { accept: "application/json" } });
      if (!answer.ok) {
        return;
      }
      const page = await answer.json();
      for (const entry of page.entries) {
        put(entry);
      }
      end = page.end;
      again ||= page.more;
      document.getElementById("empty").hidden = list.children.length > 0;
    } while (again);
  } finally {
    asking = false;
  }
}

let entries = -1;
onChange((change) => {
  const own = change.sessions.find((one) => one.id === session);
  if (own) {
    fill(facts, { ...own, labels: own.labels || "none" });
    facts.querySelector("[data-slot=state]").dataset.state = own.state;
  }
  if (change.gone.includes(session)) {
    const state = facts.querySelector("[data-slot=state]");
    setText(state, "ended");
    state.dataset.state = "ended";
  }
  if (list.dataset.follows === "true" && change.entries !== entries) {
    entries = change.entries;
    ask();
  }
});
