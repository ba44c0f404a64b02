"use strict";
// The dashboard's page: one stream in, canvases out. Nothing is loaded from elsewhere, nothing is evaluated.
// `window.diffmsm` counts what was received and drawn, for people with questions and for tests.
(() => {
  const SPAN = 10, KEEP = 900;           // seconds shown; samples kept
  const byId = (id) => document.getElementById(id);
  const counters = (window.diffmsm = {
    connected: false, messages: 0, redraws: 0, samples: 0, gaps: 0, frames: 0, fps: 0, bestFps: 0, cost: 0, reconnections: 0, estimates: 0,
    predictions: 0, faults: [], drawn: { emg: 0, angles: 0, figure: 0, parameters: 0 },
  });
  let hello = null, status = null, estimate = null, token = "", paused = false, colors = {};
  let samples = [], last = -1, predictions = [], history = [], figure = null, clockOffset = null;

  // what a style sheet calls its colours, read once a theme
  function readColors() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["card", "ink", "soft", "rule", "band", "blue", "orange", "grey", "cloud", "raw"])
      colors[name] = style.getPropertyValue("--" + name).trim();
  }
  const say = (id, text, kind) => {
    const element = byId(id);
    if (element.textContent !== text) element.textContent = text;
    if (kind !== undefined) element.className = kind;
  };
  const number = (value, digits = 4) =>
    value === null || value === undefined || !isFinite(value) ? "–"
      : value === 0 ? "0"
        : Math.abs(value) >= 1e-4 && Math.abs(value) < 1e7
          ? Number(value.toPrecision(digits)).toString().replace("-", "−")
          : value.toExponential(digits - 1).replace("-", "−");

  // ---- the stream ----

  function connect() {
    const socket = new WebSocket(`ws://${location.host}/dashboard/stream`);
    socket.onmessage = (event) => {
      counters.messages++;
      try { take(JSON.parse(event.data)); } catch (error) { fault(error); }
    };
    socket.onopen = () => { counters.connected = true; last = -1; };
    socket.onclose = () => {
      counters.connected = false;
      counters.reconnections++;
      say("link", "no connection", "bad");
      setTimeout(connect, 1000);
    };
  }
  function fault(error) {
    if (counters.faults.length < 20) counters.faults.push(String(error));
  }
  function take(message) {
    if (message.hello) begin(message.hello);
    if (message.samples) for (const sample of message.samples) add(sample);
    if (message.figure) figure = message.figure;
    if (message.status) { status = message.status; showStatus(); }
    if (message.estimate) { estimate = message.estimate; counters.estimates++; showEstimate(); }
    if (message.prediction) {
      counters.predictions++;
      predictions.push(message.prediction);
      if (predictions.length > 2 * SPAN + 8) predictions.shift();
    }
    for (const notice of message.notices || []) note(notice);
  }
  // a sample: number, time, then for each signal low, high, envelope, quality; angles
  function add(sample) {
    counters.samples++;
    if (last >= 0 && sample.n !== last + 1) counters.gaps++;
    last = sample.n;
    samples.push(sample);
    if (samples.length > KEEP) samples.shift();
    const offset = sample.t - performance.now() / 1000;
    // the picture runs on the page's own clock, which follows the session's slowly, so that it scrolls evenly
    if (clockOffset === null || Math.abs(offset - clockOffset) > 0.5) clockOffset = offset;
    else clockOffset += 0.02 * (offset - clockOffset);
  }
  function begin(value) {
    hello = value;
    samples = []; predictions = []; history = hello.parameters.map(() => []); estimate = null; figure = null;
    last = -1; clockOffset = null; strip.isDrawn = false; strip.taken = -1; stale();
    say("subject", hello.subject);
    say("session", hello.session + (hello.virtual ? ", virtual subject" : ""));
    document.title = hello.subject + " – DiffMSM";
    makeParameters();
    for (const past of hello.history || []) remember(past);
    byId("log").replaceChildren();
    byId("locked").hidden = token !== "" || !hello.controllable;
    showLock();
  }

  // ---- words ----

  function rows(id, entries) {
    const list = byId(id);
    while (list.children.length > 2 * entries.length) list.lastElementChild.remove();
    entries.forEach(([name, text, bad], index) => {
      let term = list.children[2 * index], detail = list.children[2 * index + 1];
      if (!term) {
        term = list.appendChild(document.createElement("dt"));
        detail = list.appendChild(document.createElement("dd"));
      }
      if (term.textContent !== name) term.textContent = name;
      if (detail.textContent !== text) detail.textContent = text;
      detail.className = bad ? "bad" : "";
    });
  }
  function list(id, sentences) {
    byId(id).replaceChildren(...sentences.map((sentence) => {
      const item = document.createElement("li");
      item.textContent = sentence;
      return item;
    }));
  }
  function showStatus() {
    say("link", "live", "good");
    say("clock", (status.time || 0).toFixed(1) + " s");
    const path = status.recording && status.recording.path;
    const short = status.recording && status.recording.lost_steps > 0;
    say("recording", path ? (short ? "recording INCOMPLETE" : "recording") : "not recording", path ? (short ? "bad" : "good") : "");
    byId("record").textContent = path ? "Stop recording" : "Record";
    say("feed", "feed " + status.feed, status.feed === "disarmed" ? "" : "bad");
    byId("feed").title = status.feed_state || "";
    const armed = status.feed === "armed", armable = hello && hello.armable;
    byId("arm").disabled = !armable || armed;
    byId("arm").title = !armable ? "this session has no controller feed" : armed ? "is armed" : "asks first";
    const reasons = status.arm_refusals || [];
    byId("arm-against").hidden = reasons.length === 0;
    list("arm-reasons", reasons);
    const streams = (status.streams || []).map((stream) =>
      [stream.name, `${stream.samples} samples, ${stream.nominal_rate} Hz promised, `
        + `${number(status.time > 0 ? stream.samples / status.time : 0, 4)} Hz in the mean`
        + (stream.sync ? `, sync ${stream.sync.state}` : ""),
      stream.sync && /^(missing|disagreeing)$/.test(stream.sync.state)]);
    const latency = status.latency;
    const ms = (value) => (1000 * value).toFixed(2) + " ms";
    rows("health", [
      ...streams,
      ["lost", `${status.lost_samples} samples in ${status.gaps} gaps`, status.lost_samples > 0],
      ["windows", `${status.windows}, ${status.skipped_windows} skipped`, status.skipped_windows > 0],
      ["estimates", `${status.adopted} adopted, ${status.refused} refused`],
      ...(latency ? [["packet to state", `${ms(latency.p50)} median, ${ms(latency.p99)} p99`]] : []),
      ["recording", path ? path + (short ? `, lacks ${status.recording.lost_steps} steps` : "") : "off", short],
      ...(status.feed_state ? [["feed", status.feed_state]] : []),
      ...(status.troubles || []).map((sentence) => ["trouble", sentence, true]),
    ]);
  }
  const meanings = {
    "newtons": "Forces are in newtons: an anchor fixes the scale.",
    "prior-limited": "Forces are as uncertain as the prior on mass; a known payload would fix them.",
    "ratios-only": "Only ratios of forces mean anything; a known payload would fix them.",
  };
  function remember(past) {
    past.values.forEach((value, index) => {
      const list = history[index];
      if (!list) return;
      list.push([past.window, value, past.sd[index]]);
      if (list.length > 400) list.splice(1, 1);
    });
  }
  function showEstimate() {
    remember(estimate);
    say("scale", estimate.scale);
    say("scale-words", meanings[estimate.scale] || "");
    const count = (word) => estimate.status.filter((entry) => entry === word).length;
    say("counts", `${count("identified")} of ${estimate.status.length} identified, ${count("prior-limited")} prior-limited, `
      + `${count("unidentifiable")} unidentifiable. Not told by the data:`);
    list("directions", estimate.unidentified);
    const check = estimate.cross_check;
    rows("checks", [
      ["residual", `${number(estimate.mean_squared_residual, 3)} mean squared, whitened`, estimate.mean_squared_residual > 4],
      ...hello.coordinates.map((name, index) =>
        ["error of " + name, number(estimate.innovation[index] * 180 / Math.PI, 3) + "° one step ahead"]),
      ["second opinion", check ? `${number(check.max_angle_difference, 2)} rad of ${number(check.threshold, 2)} allowed` : "not asked",
        check ? check.max_angle_difference > check.threshold : false],
    ]);
    hello.parameters.forEach((parameter, index) => {
      const cell = cells[index];
      cell.glyph.className = "glyph " + estimate.status[index];
      cell.glyph.title = estimate.status[index];
      cell.value.textContent = `${number(estimate.values[index])} ± ${number(estimate.sd[index], 2)} `
        + (parameter.unit === "1" ? "" : parameter.unit);
    });
    drawParameters();
  }
  function note(text) {
    const list = byId("log");
    const item = document.createElement("li");
    item.textContent = text;
    list.prepend(item);
    while (list.children.length > 60) list.lastElementChild.remove();
  }

  // ---- drawing ----

  function prepare(canvas) {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const box = canvas.getBoundingClientRect();
    const width = Math.round(box.width), height = Math.round(box.height);
    if (canvas.width !== width * ratio || canvas.height !== height * ratio) {
      canvas.width = width * ratio;
      canvas.height = height * ratio;
    }
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = "12px system-ui, 'DejaVu Sans', sans-serif";
    return { context, width, height };
  }
  const sized = new Map();
  function surface(id, kept = 0) {
    // sizes are measured when the layout changes, not every frame; the columns left of `kept` stay as they are
    let entry = sized.get(id);
    if (!entry) {
      const canvas = byId(id), ratio = Math.min(window.devicePixelRatio || 1, 2), box = canvas.getBoundingClientRect();
      canvas.width = Math.max(1, Math.round(box.width * ratio));
      canvas.height = Math.max(1, Math.round(box.height * ratio));
      entry = { context: canvas.getContext("2d"), width: box.width, height: box.height, ratio };
      sized.set(id, entry);
    }
    const { context, width, height, ratio } = entry;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(kept, 0, width - kept, height);
    context.font = "12px system-ui, 'DejaVu Sans', sans-serif";
    return entry;
  }
  const LABEL = 96;
  function timeScale(width, now) {
    return (time) => LABEL + (width - LABEL - 8) * (time - now + SPAN) / SPAN;
  }
  function seconds(context, x, now, top, bottom) {
    context.strokeStyle = colors.rule;
    context.lineWidth = 1;
    context.beginPath();
    for (let tick = Math.ceil(now - SPAN); tick <= now; tick++) {
      context.moveTo(x(tick), top);
      context.lineTo(x(tick), bottom);
    }
    context.stroke();
  }
  // Raw EMG is drawn once, the least and largest of each sample as a column of pixels, into a strip whose columns are
  // used in turns; a frame only copies it. Envelopes are drawn the same way, into a strip of their own that is cleared a little
  // ahead, so that no column cuts the edge of a line. Both are drawn anew when size, colour or a signal's scale changes.
  const strip = {
    canvas: document.createElement("canvas"), lines: document.createElement("canvas"), isDrawn: false, last: 0, taken: -1, checked: 0,
    cleared: 0, envelope: null,
  };
  function drawRaw({ context, width, height, ratio }, now) {
    const pixels = Math.max(1, Math.round((width - LABEL - 8) * ratio)) / SPAN;
    const columns = Math.round(pixels * SPAN) + 64, rows = Math.max(1, Math.round(height * ratio));
    if (strip.canvas.width !== columns || strip.canvas.height !== rows) {
      strip.canvas.width = strip.lines.width = columns;
      strip.canvas.height = strip.lines.height = rows;
      strip.isDrawn = false;
    }
    rescale(now);
    let next = samples.length;
    if (strip.isDrawn) while (next > 0 && samples[next - 1].n > strip.taken) next--;
    else {
      strip.canvas.getContext("2d").clearRect(0, 0, columns, rows);
      strip.lines.getContext("2d").clearRect(0, 0, columns, rows);
      strip.last = strip.cleared = 0;
      next = 0;
      counters.redraws++;
    }
    strip.isDrawn = true;
    for (; next < samples.length; next++) addColumns(samples[next], pixels, ratio);
    const begin = (now - SPAN) * pixels, from = Math.max(Math.ceil(begin), strip.last - columns + 1);
    const copy = (first, count) => {
      for (const canvas of [strip.canvas, strip.lines])
        if (count > 0) context.drawImage(canvas, first % columns, 0, count, rows,
          LABEL + Math.round(first - begin) / ratio, 0, count / ratio, height);
    };
    const whole = strip.last - from + 1, part = Math.min(whole, columns - from % columns);
    copy(from, part);
    copy(from + part, whole - part);
  }
  function addColumns(sample, pixels, ratio) {
    const { width, height } = strip.canvas, context = strip.canvas.getContext("2d");
    const place = Math.floor(sample.t * pixels), band = height / hello.signals.length, reach = 0.46 * band;
    // what lies between two samples is the later one's, unless it is a gap
    const gap = strip.last === 0 || place - strip.last > 0.2 * pixels;
    for (let column = Math.max(strip.last + 1, place - width + 1); column < place && gap; column++)
      context.clearRect(column % width, 0, 1, height);
    context.fillStyle = colors.raw;
    for (let column = gap ? place : Math.min(strip.last + 1, place); column <= place; column++) {
      if (column > strip.last) context.clearRect(column % width, 0, 1, height);
      hello.signals.forEach((signal, index) => {
        const top = (index + 0.5) * band - reach * sample.high[index] / signal.largest;
        const tall = reach * (sample.high[index] - sample.low[index]) / signal.largest;
        context.fillRect(column % width, top, 1, Math.max(tall, 0.6 * ratio));
      });
    }
    addEnvelopes(sample, place, gap, ratio);
    strip.last = Math.max(strip.last, place);
    strip.taken = sample.n;
  }
  // the envelopes' way from the sample before, from the bottom of each row: a full row is MVC
  function addEnvelopes(sample, place, gap, ratio) {
    const { width, height } = strip.lines, context = strip.lines.getContext("2d"), band = height / hello.signals.length;
    const end = place + Math.ceil(4 * ratio);
    for (let column = Math.max(strip.cleared + 1, end - width + 1); column <= end;) {
      const count = Math.min(end - column + 1, width - column % width);
      context.clearRect(column % width, 0, count, height);
      column += count;
    }
    strip.cleared = Math.max(strip.cleared, end);
    const heights = sample.envelope.map((value, index) =>
      (index + 1) * band - 2 * ratio - Math.min(Math.max(value / 1000, 0), 1.2) * (band - 6 * ratio));
    if (!gap) {
      const from = strip.last % width + 0.5, to = from + place - strip.last;
      context.strokeStyle = colors.blue;
      context.lineWidth = 1.8 * ratio;
      context.lineCap = "round";
      context.beginPath();
      // where the strip comes round the line is drawn at both ends
      for (const shift of to + 2 * ratio > width ? [0, -width] : [0])
        heights.forEach((height, index) => {
          context.moveTo(from + shift, strip.envelope[index]);
          context.lineTo(to + shift, height);
        });
      context.stroke();
    }
    strip.envelope = heights;
  }
  // each signal's scale has room for what is shown, and not too much of it
  function rescale(now) {
    const isDue = now - strip.checked > 1 || now < strip.checked;
    if (isDue) strip.checked = now;
    hello.signals.forEach((signal, index) => {
      let largest = 0;
      for (let s = samples.length - 1; s >= 0 && samples[s].t > now - SPAN && (isDue || samples[s].n > strip.taken); s--)
        largest = Math.max(largest, -samples[s].low[index], samples[s].high[index]);
      if (!(largest > (signal.largest || 0)) && !(isDue && 3 * largest < signal.largest && signal.largest > 20)) return;
      signal.largest = Math.max(20, 1.2 * largest);
      strip.isDrawn = false;
    });
  }
  // names, lights and words beside the traces, four times a second and whenever what is below them was cleared
  const labels = { drawn: 0, target: null };
  function stale() { labels.drawn = 0; drawnFigure.figure = null; }
  function drawEMG(now) {
    if (!hello || samples.length < 2) return;
    const target = surface("emg", LABEL - 1), { context, width, height } = target;
    seconds(context, timeScale(width, now), now, 0, height);
    drawRaw(target, now);
    const moment = performance.now();
    if (labels.target === target && moment - labels.drawn < 250) return;
    labels.target = target;
    labels.drawn = moment;
    context.clearRect(0, 0, LABEL - 1, height);
    const count = hello.signals.length, band = height / count, newest = samples[samples.length - 1];
    let bad = 0;
    for (let index = 0; index < count; index++) {
      const middle = (index + 0.5) * band, faults = newest.quality[index];
      if (faults) bad++;
      // the light: a filled disc is sound, a crossed ring is not
      context.beginPath();
      context.arc(8, middle, 5, 0, 2 * Math.PI);
      if (faults) {
        context.strokeStyle = colors.orange;
        context.lineWidth = 2;
        context.stroke();
        context.beginPath();
        context.moveTo(4.5, middle + 3.5);
        context.lineTo(11.5, middle - 3.5);
        context.stroke();
      } else {
        context.fillStyle = colors.blue;
        context.fill();
      }
      context.fillStyle = colors.ink;
      // muscles that share a channel stand under one another where there is room
      const name = hello.signals[index].name, names = name.split("+");
      const stacked = 15 * (names.length + 1) < band ? names : [name];
      const start = middle - 7.5 * (stacked.length - (band > 34 ? 0 : 1)) + 4;
      stacked.forEach((name, line) => context.fillText(name, 19, start + 15 * line, LABEL - 22));
      if (band > 34) {
        context.fillStyle = colors.soft;
        const words = faults ? faultWords(faults) : Math.round(newest.envelope[index] / 10) + " %";
        context.fillText(words, 19, start + 15 * stacked.length, LABEL - 22);
      }
    }
    say("quality", bad ? `EMG: ${bad} of ${count} faulty` : "EMG sound", bad ? "bad" : "good");
    counters.drawn.emg = count;
  }
  const flagNames = ["saturated", "flat", "electrode off", "mains hum", "motion artefact"];
  const faultWords = (flags) => flagNames.filter((_, bit) => flags & (1 << bit)).join(", ");

  function drawAngles(now) {
    if (!hello || samples.length < 2) return;
    const { context, width, height } = surface("angles");
    const x = timeScale(width, now), count = hello.coordinates.length, band = height / count;
    seconds(context, x, now, 0, height);
    hello.coordinates.forEach((name, index) => {
      const top = index * band;
      let low = Infinity, high = -Infinity;
      for (const sample of samples) {
        const angle = sample.angles[index];
        if (angle === null || sample.t < now - SPAN) continue;
        low = Math.min(low, angle);
        high = Math.max(high, angle);
      }
      if (!isFinite(low)) return;
      const room = Math.max(0.12 * (high - low), 0.05);
      low -= room;
      high += room;
      const y = (angle) => top + band - 6 - (Math.min(Math.max(angle, low), high) - low) / (high - low) * (band - 12);
      const line = (points, color, lineWidth) => {
        context.strokeStyle = color;
        context.lineWidth = lineWidth;
        context.beginPath();
        let begun = false, previous = 0;
        for (const [time, angle] of points) {
          if (time < now - SPAN) continue;
          if (angle === null) { begun = false; continue; }
          if (!begun || time - previous > 0.2) context.moveTo(x(time), y(angle)); else context.lineTo(x(time), y(angle));
          begun = true;
          previous = time;
        }
        context.stroke();
      };
      const shown = samples.filter((sample) => sample.t >= now - SPAN);
      line(shown.map((sample) => [sample.t, sample.angles[index]]), colors.ink, 2);
      for (const prediction of predictions) {
        const angles = prediction.angles[index];
        // what leaves the measured range by far is cut off, so that the rest stays readable
        if (angles) line(angles.map((angle, step) =>
          [prediction.start + step * prediction.interval, angle < low || angle > high ? null : angle]), colors.blue, 1.7);
      }
      const newest = samples[samples.length - 1].angles[index];
      context.fillStyle = colors.ink;
      context.fillText(name, 2, top + band / 2 - 3, LABEL - 8);
      context.fillStyle = colors.soft;
      context.fillText(newest === null ? "no reading" : (newest * 180 / Math.PI).toFixed(1) + "°", 2, top + band / 2 + 12);
    });
    counters.drawn.angles = count;
  }
  // where the limb fits at any pose it has been seen in
  let frame = null;
  const drawnFigure = { figure: null, target: null };
  function drawFigure() {
    // it changes thirty times a second, and a frame comes sixty times
    if (!figure || (figure === drawnFigure.figure && sized.get("figure") === drawnFigure.target)) return;
    const target = surface("figure"), { context, width, height } = target;
    drawnFigure.figure = figure;
    drawnFigure.target = target;
    const points = [...figure.bones.flat(), ...figure.muscles.flat()];
    for (const [px, py] of points) {
      if (!frame) frame = { left: px, right: px, low: py, high: py };
      frame.left = Math.min(frame.left, px);
      frame.right = Math.max(frame.right, px);
      frame.low = Math.min(frame.low, py);
      frame.high = Math.max(frame.high, py);
    }
    const margin = 18;
    const scale = Math.min((width - 2 * margin) / Math.max(frame.right - frame.left, 0.05), (height - 2 * margin) / Math.max(frame.high - frame.low, 0.05));
    const left = (width - scale * (frame.right - frame.left)) / 2, bottom = (height + scale * (frame.high - frame.low)) / 2;
    const place = ([px, py]) => [left + scale * (px - frame.left), bottom - scale * (py - frame.low)];
    const path = (list) => {
      context.beginPath();
      list.forEach((point, index) => index ? context.lineTo(...place(point)) : context.moveTo(...place(point)));
      context.stroke();
    };
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = colors.band;
    context.lineWidth = 13;
    figure.bones.forEach(path);
    context.strokeStyle = colors.grey;
    context.lineWidth = 3;
    figure.bones.forEach(path);
    figure.muscles.forEach((muscle, index) => {
      const activation = Math.min(Math.max(figure.activation[index] || 0, 0), 1);
      // width and hue both grow, so that neither is needed alone
      context.strokeStyle = mix(colors.grey, colors.orange, Math.sqrt(activation));
      context.lineWidth = 1.5 + 7 * activation;
      path(muscle);
    });
    context.fillStyle = colors.card;
    context.strokeStyle = colors.ink;
    context.lineWidth = 2;
    for (const joint of figure.joints) {
      context.beginPath();
      context.arc(...place(joint), 5, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
    if (figure.payload > 0) {
      const [px, py] = place(figure.hand);
      context.fillStyle = colors.ink;
      context.fillRect(px - 7, py - 7, 14, 14);
      context.fillText(number(figure.payload, 3) + " kg", px + 12, py + 4);
    }
    counters.drawn.figure = figure.muscles.length;
  }
  function mix(from, to, part) {
    const parse = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
    const a = parse(from), b = parse(to);
    return `rgb(${a.map((value, index) => Math.round(value + part * (b[index] - value))).join(",")})`;
  }

  // ---- parameters ----

  let cells = [];
  function makeParameters() {
    cells = hello.parameters.map((parameter) => {
      const cell = document.createElement("div");
      cell.className = "number";
      cell.title = parameter.name;
      const parts = parameter.name.split("/");
      const head = cell.appendChild(document.createElement("p"));
      const glyph = head.appendChild(document.createElement("span"));
      glyph.className = "glyph";
      head.appendChild(document.createElement("b")).textContent = parts.length > 2 ? parts[1] : parts[0];
      head.appendChild(document.createElement("span")).textContent = " " + parts[parts.length - 1].replaceAll("_", " ");
      const canvas = cell.appendChild(document.createElement("canvas"));
      const value = cell.appendChild(document.createElement("p"));
      value.textContent = "prior " + number(parameter.prior_mean) + " ± " + number(parameter.prior_sd, 2);
      return { cell, canvas, glyph, value };
    });
    byId("parameters").replaceChildren(...cells.map((entry) => entry.cell));
    requestAnimationFrame(drawParameters);
  }
  function drawParameters() {
    if (!hello) return;
    hello.parameters.forEach((parameter, index) => {
      const { context, width, height } = prepare(cells[index].canvas);
      const list = history[index];
      const mean = parameter.prior_mean, sd = parameter.prior_sd;
      let low = mean - 2.4 * sd, high = mean + 2.4 * sd;
      for (const [, value, deviation] of list.slice(-40)) {
        low = Math.min(low, value - 1.96 * deviation);
        high = Math.max(high, value + 1.96 * deviation);
      }
      const y = (value) => height - 2 - (value - low) / (high - low) * (height - 4);
      context.fillStyle = colors.band;
      context.fillRect(0, y(mean + 1.96 * sd), width, y(mean - 1.96 * sd) - y(mean + 1.96 * sd));
      const level = (value, color, dash) => {
        if (value === null || value === undefined || value < low || value > high) return;
        context.strokeStyle = color;
        context.setLineDash(dash);
        context.lineWidth = 1.3;
        context.beginPath();
        context.moveTo(0, y(value));
        context.lineTo(width, y(value));
        context.stroke();
        context.setLineDash([]);
      };
      level(mean, colors.grey, [4, 3]);
      level(parameter.lower, colors.soft, [1.5, 3]);
      level(parameter.upper, colors.soft, [1.5, 3]);
      level(parameter.truth, colors.orange, []);
      if (list.length) {
        const begin = list[0][0], end = Math.max(list[list.length - 1][0], begin + 5);
        const x = (window) => (window - begin) / (end - begin) * width;
        const edge = (sign) => list.map(([window, value, deviation]) => [x(window), y(value + sign * 1.96 * deviation)]);
        context.fillStyle = colors.cloud;
        context.beginPath();
        [...edge(1), ...edge(-1).reverse()].forEach((point, at) => at ? context.lineTo(...point) : context.moveTo(...point));
        context.fill();
        context.strokeStyle = colors.blue;
        context.lineWidth = 1.8;
        context.beginPath();
        list.forEach(([window, value], at) => at ? context.lineTo(x(window), y(value)) : context.moveTo(x(window), y(value)));
        context.stroke();
      }
    });
    counters.drawn.parameters = hello.parameters.length;
  }

  // ---- what an operator does ----

  function showLock() {
    const free = token !== "" && hello && hello.controllable;
    byId("unlocked").hidden = !free;
    byId("locked").hidden = free;
    byId("unlock").hidden = !(hello && hello.controllable);
  }
  async function ask(request) {
    try {
      const answer = await fetch("/dashboard/command", {
        method: "POST", cache: "no-store", headers: { "Content-Type": "application/json", "X-DiffMSM-Token": token },
        body: JSON.stringify(request),
      });
      const reply = await answer.json();
      say("reply", reply.message || (reply.ok ? "done" : "refused"), reply.ok ? "" : "bad");
      if (answer.status === 403) { token = ""; showLock(); }
      return reply.ok;
    } catch (error) {
      say("reply", "no answer: " + error, "bad");
      return null;
    }
  }
  function bind() {
    const submit = (id, action) => byId(id).addEventListener("submit", (event) => { event.preventDefault(); action(); });
    submit("unlock", async () => {
      token = byId("token").value.trim();
      byId("token").value = "";
      if (await ask({ request: "status" })) say("reply", "unlocked");
      showLock();
    });
    submit("marker-form", async () => {
      if (await ask({ request: "marker", text: byId("marker").value.trim() })) byId("marker").value = "";
    });
    submit("payload-form", () => ask({ request: "payload", kilograms: Number(byId("payload").value.replace(",", ".")) }));
    byId("payload-off").addEventListener("click", () => ask({ request: "payload_off" }));
    byId("record").addEventListener("click", () =>
      ask({ request: status && status.recording.path ? "record_stop" : "record_start" }));
    byId("arm").addEventListener("click", () => byId("arm-dialog").showModal());
    byId("arm-dialog").addEventListener("close", () => {
      if (byId("arm-dialog").returnValue === "yes") ask({ request: "arm" });
      byId("arm-dialog").returnValue = "no";
    });
    byId("disarm").addEventListener("click", disarm);
    byId("pause").addEventListener("click", pause);
    byId("theme").addEventListener("click", turn);
    window.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && token !== "") disarm();
      if (event.ctrlKey || event.altKey || event.metaKey || /^(INPUT|BUTTON)$/.test(event.target.tagName)) return;
      const actions = { " ": pause, t: turn, m: () => byId("marker").focus(), p: () => byId("payload").focus() };
      const action = actions[event.key];
      if (action) { event.preventDefault(); action(); }
    });
    new ResizeObserver(() => { sized.clear(); drawParameters(); }).observe(document.querySelector("main"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolor);
  }
  // never confirmed, and asked again when nobody answers
  async function disarm() {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (await ask({ request: "disarm" }) !== null) return;
      await new Promise((done) => setTimeout(done, 200));
    }
    say("reply", "NOT DISARMED: the daemon does not answer", "bad");
  }
  function pause() {
    paused = !paused;
    say("pause", paused ? "Go on" : "Pause");
  }
  function recolor() { readColors(); strip.isDrawn = false; stale(); drawParameters(); }
  function turn() {
    const isDark = document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = isDark ? "light" : "dark";
    recolor();
  }

  let second = performance.now(), inSecond = 0;
  function draw() {
    requestAnimationFrame(draw);
    counters.frames++;
    inSecond++;
    const now = performance.now();
    if (now - second >= 1000) {
      counters.fps = 1000 * inSecond / (now - second);
      counters.bestFps = Math.max(counters.bestFps, counters.fps);
      second = now;
      inSecond = 0;
    }
    if (paused || !hello || clockOffset === null) return;
    try {
      const time = now / 1000 + clockOffset - 0.06;
      drawEMG(time);
      drawAngles(time);
      drawFigure();
      // milliseconds of this thread a frame, smoothed
      counters.cost += 0.05 * (performance.now() - now - counters.cost);
    } catch (error) { fault(error); }
  }

  readColors();
  bind();
  // a token may come in the address, from where it goes at once
  const match = /^#token=([\w-]+)$/.exec(location.hash);
  if (match) {
    token = match[1];
    window.history.replaceState(null, "", location.pathname);
  }
  connect();
  requestAnimationFrame(draw);
})();
