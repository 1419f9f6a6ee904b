# Draws the figures of bench/growth (SERIES X WORK WHO WALL CPU, a line each) as SVG: two charts side by side, wall time
# by the size of a layer and by the number of layers.

# Less than a millisecond is drawn as one: the axis is logarithmic.
NF == 6 {
    if ($5 < 0.001) $5 = 0.001
    x[$1, $3, $4, ++points[$1, $3, $4]] = $2
    y[$1, $3, $4, points[$1, $3, $4]] = $5
    if (!($1 in least) || $2 < least[$1]) least[$1] = $2
    if ($2 > most[$1]) most[$1] = $2
    if ($5 > top[$1]) top[$1] = $5
    if (!($1 in low) || $5 < low[$1]) low[$1] = $5
}

function log10(v) { return log(v) / log(10) }

function px(series, v) { return left[series] + width * (log(v) - log(least[series])) / (log(most[series]) - log(least[series])) }

# Sizes span three decades, so their times do; numbers of layers hardly change the time, so it begins at 0.
function py(series, v, part) {
    if (series == "size") part = (log10(v) - floor[series]) / (roof[series] - floor[series])
    else part = v / roof[series]
    return bottom - height * part
}

function line(series, work, who, i, d) {
    if (!points[series, work, who]) return
    for (i = 1; i <= points[series, work, who]; i++) d = d (i == 1 ? "M" : "L") sprintf("%.1f %.1f", px(series, x[series, work, who, i]), py(series, y[series, work, who, i]))
    printf "<path class=\"%s %s\" d=\"%s\"/>\n", work, who, d
    for (i = 1; i <= points[series, work, who]; i++)
        printf "<circle class=\"%s %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%s, %s: %s s</title></circle>\n", work, who, px(series, x[series, work, who, i]), py(series, y[series, work, who, i]), who, work, y[series, work, who, i]
}

function text(class, at, down, anchor, words) { printf "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", class, at, down, anchor, words }

function rule(series, v, label) {
    printf "<path class=\"grid\" d=\"M%.1f %.1fh%d\"/>\n", left[series], py(series, v), width
    text("tick", left[series] - 6, py(series, v) + 4, "end", label)
}

function size(mebibytes) { return mebibytes < 1024 ? mebibytes " MiB" : mebibytes / 1024 " GiB" }

function axis(series, caption, v, step, i) {
    text("head", left[series], 62, "start", caption)
    if (series == "size") {
        floor[series] = log10(low[series])
        floor[series] = int(floor[series]) - (floor[series] < int(floor[series]))
        roof[series] = log10(top[series])
        roof[series] = int(roof[series]) + (roof[series] > int(roof[series]))
        for (i = floor[series]; i <= roof[series]; i++) rule(series, 10 ^ i, i < 0 ? sprintf("%." (-i) "f s", 10 ^ i) : 10 ^ i " s")
    } else {
        step = top[series] > 1 ? 0.5 : 0.2
        roof[series] = step * (int(top[series] / step) + 1)
        for (v = 0; v < roof[series] + step / 2; v += step) rule(series, v, sprintf("%.1f s", v))
    }
    for (v = least[series]; v <= most[series]; v *= (series == "size" ? 4 : 2)) text("tick", px(series, v), bottom + 18, "middle", series == "size" ? size(v) : v)
}

function key(at, work, who) {
    printf "<path class=\"%s %s\" d=\"M%d 24h28\"/>\n", work, who, at
    text("label", at + 34, 28, "start", who ", " work)
}

END {
    width = 340; height = 240; bottom = 320
    left["size"] = 60; left["count"] = 480
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 840 350\" role=\"img\" aria-label=\"Wall time of encrypting and decrypting by coffer and skopeo, by the size of a layer and by the number of layers\">"
    print "<style>"
    print "svg{--back:#fff;--ink:#1f2328;--soft:#59636e;--grid:#e3e6ea;--encrypt:#0b62c4;--decrypt:#b4500a;background:var(--back);font:13px system-ui,sans-serif}"
    print "@media(prefers-color-scheme:dark){svg{--back:#0d1117;--ink:#e6edf3;--soft:#9198a1;--grid:#2a313a;--encrypt:#58a6ff;--decrypt:#f0883e}}"
    print "path{fill:none;stroke-width:2}.grid{stroke:var(--grid);stroke-width:1}"
    print "path.encrypt{stroke:var(--encrypt)}path.decrypt{stroke:var(--decrypt)}path.skopeo{stroke-dasharray:5 4}"
    print "circle.encrypt{fill:var(--encrypt)}circle.decrypt{fill:var(--decrypt)}circle.skopeo{opacity:.75}"
    print "text{fill:var(--ink)}.tick{fill:var(--soft);font-size:11px}.head{font-weight:600}"
    print "</style>"
    print "<rect width=\"840\" height=\"350\" fill=\"var(--back)\"/>"
    key(60, "encrypt", "coffer"); key(220, "decrypt", "coffer"); key(400, "encrypt", "skopeo"); key(580, "decrypt", "skopeo")
    if ("size" in most) axis("size", "Wall time by the size of one layer")
    if ("count" in most) axis("count", "Wall time of 256 MiB by the number of layers")
    for (s in most) {
        line(s, "encrypt", "skopeo"); line(s, "decrypt", "skopeo"); line(s, "encrypt", "coffer"); line(s, "decrypt", "coffer")
    }
    print "</svg>"
}
