// Draws the numbers. Without it the page has them as a table.

const charts = document.getElementById("charts");
const dark = matchMedia("(prefers-color-scheme: dark)");
const drawn = [];

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function axis(width, format) {
  return {
    stroke: colour("--quiet"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
    size: width,
    values: format,
  };
}

function short(value) {
  return value >= 1e6 ? `${value / 1e6}M` : value >= 1e3 ? `${value / 1e3}k` : `${value}`;
}

function moment(seconds) {
  const text = new Date(seconds * 1000).toISOString();
  return text.slice(11, 16) === "00:00" ? text.slice(5, 10) : text.slice(11, 16);
}

function draw(id, data, strokes) {
  const place = document.getElementById(id);
  place.replaceChildren();
  const plot = new uPlot(
    {
      width: Math.max(240, place.clientWidth),
      height: 190,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      legend: { show: false },
      cursor: { show: false },
      scales: { y: { range: (_, __, max) => [0, Math.max(1e-6, max) * 1.1] } },
      axes: [axis(34, (_, times) => times.map(moment)), axis(58, (_, values) => values.map(short))],
      series: [
        {},
        ...strokes.map((stroke) => ({
          stroke: colour(stroke),
          fill: `${colour(stroke)}22`,
          width: 1.5,
          points: { show: false },
          paths: uPlot.paths.stepped({ align: 1 }),
        })),
      ],
    },
    data,
    place,
  );
  drawn.push([plot, place]);
}

function show(counts) {
  const from = counts.lines.map((line) => Date.parse(line.from) / 1000);
  drawn.length = 0;
  charts.hidden = false;
  draw("calls", [from, counts.lines.map((line) => line.calls), counts.lines.map((line) => line.refusals)], ["--accent", "--bad"]);
  draw("spent", [from, counts.lines.map((line) => line.microDollars / 1e6)], ["--accent"]);
  draw("tokens", [from, counts.lines.map((line) => line.tokens)], ["--accent"]);
}

const answer = await fetch(`/figures/numbers?hours=${Number(charts.dataset.hours)}`);
if (answer.ok) {
  const counts = await answer.json();
  show(counts);
  dark.addEventListener("change", () => show(counts));
  addEventListener("resize", () => {
    for (const [plot, place] of drawn) {
      plot.setSize({ width: Math.max(240, place.clientWidth), height: 190 });
    }
  });
}
