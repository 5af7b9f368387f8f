// Draws the burn-up of an assignment: what was reached, the pace, where it leads, and the target.
let chart = null;

// As the browser computes it: what a variable says may be a mixture, which a canvas does not know.
function color(name) {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(${name})`;
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function draw() {
  const place = document.getElementById("burn-up");
  const given = document.getElementById("burn-up-data");
  if (!place || !given || !window.echarts) return;
  const data = JSON.parse(given.textContent);
  const style = data.currency ? { style: "currency", currency: data.currency } : {};
  const whole = new Intl.NumberFormat(data.locale, { ...style, maximumFractionDigits: 0 });
  const short = new Intl.NumberFormat(data.locale, { ...style, notation: "compact", maximumFractionDigits: 1 });
  chart?.dispose();
  chart = window.echarts.init(place, null, { renderer: "canvas" });
  const words = color("--tblr-secondary");
  const line = (name, values, options) => ({ name, type: "line", data: values, showSymbol: false, silent: true, ...options });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, textStyle: { color: words } },
    tooltip: {
      trigger: "axis", renderMode: "richText", valueFormatter: (value) => (value == null ? "–" : whole.format(value)),
      backgroundColor: color("--tblr-bg-surface"), borderColor: color("--tblr-border-color"), textStyle: { color: color("--tblr-body-color") },
    },
    xAxis: { type: "category", data: data.days, boundaryGap: false, axisLabel: { color: words, hideOverlap: true }, axisLine: { lineStyle: { color: color("--tblr-border-color") } } },
    yAxis: { type: "value", axisLabel: { color: words, formatter: (value) => short.format(value) }, splitLine: { lineStyle: { color: color("--pl-track") } } },
    series: [
      line("Actual", data.actual, { lineStyle: { width: 3, color: color("--pl-fair") }, itemStyle: { color: color("--pl-fair") }, areaStyle: { color: color("--pl-fair"), opacity: 0.1 } }),
      line("Pace", data.pace, { lineStyle: { width: 1.5, color: words, type: "dashed" }, itemStyle: { color: words } }),
      line("Projection", data.projection, { lineStyle: { width: 2, color: color("--pl-fair"), type: "dotted" }, itemStyle: { color: color("--pl-fair") } }),
      line("Target", data.days.map(() => data.target), { lineStyle: { width: 1.5, color: color("--pl-good") }, itemStyle: { color: color("--pl-good") } }),
    ],
  });
}

addEventListener("resize", () => chart?.resize());
document.addEventListener("theme", draw);
document.addEventListener("htmx:afterSettle", draw);
draw();
