// Says that a list has changed meanwhile. It doesn't change the list by itself: nothing moves under the hand of whoever is about to answer.

import { onChange, setText } from "./live.js";

const place = document.getElementById("fresh");
let found = 0;

function offer(text) {
  let link = place.querySelector("a");
  if (!link) {
    link = document.createElement("a");
    link.href = location.pathname;
    place.append(link);
  }
  setText(link, text);
}

onChange((change) => {
  if (place.dataset.watches === "findings") {
    found += change.findings;
    if (found > 0) {
      offer(found === 1 ? "1 new finding: show it" : `${found} new findings: show them`);
    }
  } else if (typeof change.asks === "number" && !change.whole) {
    offer("What waits has changed: show it");
  } else if (typeof change.asks === "number" && change.asks !== Number(place.dataset.count)) {
    offer("What waits has changed: show it");
  }
});
