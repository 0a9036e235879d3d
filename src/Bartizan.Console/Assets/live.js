// What is new, as the server tells it. Everything that is put on the page is set as text, never as markup.

const listeners = [];
const state = document.getElementById("live");
const badge = document.getElementById("asks");
let asks = Number(badge?.dataset.count ?? 0);

/** Calls `listener` with each change. */
export function onChange(listener) {
  listeners.push(listener);
}

/** Sets an element's text when it differs: what is the same is not read out again. */
export function setText(element, text) {
  if (element && element.textContent !== text) {
    element.textContent = text;
  }
}

/** Fills the slots of a moulded element. */
export function fill(element, values) {
  for (const slot of element.querySelectorAll("[data-slot]")) {
    const value = values[slot.dataset.slot];
    if (typeof value === "string") {
      setText(slot, value);
    }
  }
}

function say(text) {
  if (state) {
    state.hidden = false;
    state.dataset.state = text === "live" ? "live" : "away";
    setText(state, text);
  }
}

function showAsks(count) {
  if (!badge || count === asks) {
    return;
  }
  asks = count;
  badge.hidden = count === 0;
  setText(document.getElementById("asks-number"), String(count));
}

const source = new EventSource("/live");
source.addEventListener("open", () => say("live"));
source.addEventListener("error", () => say("reconnecting"));
source.addEventListener("message", (event) => {
  const change = JSON.parse(event.data);
  if (typeof change.asks === "number") {
    showAsks(change.asks);
  }
  for (const listener of listeners) {
    listener(change);
  }
});
addEventListener("pagehide", () => source.close());
