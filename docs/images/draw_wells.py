#!/usr/bin/env python3
"""Draws docs/images/well_forecasts.svg from the series that test_forecast_wells_measured writes:

    VANDVAGT_FIGURE=/tmp/wells build/release/tests/test_forecast_wells_measured
    docs/images/draw_wells.py /tmp/wells > docs/images/well_forecasts.svg
"""
import csv
import datetime
import pathlib
import sys

WIDTH, LEFT, RIGHT = 920, 62, 14
INK, FAINT, BAND, INNER, LINE, MEMBER = "#222", "#777", "#bcd7ee", "#8fbbe0", "#1f5f99", "#5f9bcf"


def read(path):
    rows = []
    with open(path, encoding="utf-8") as file:
        for row in csv.reader(file):
            when = datetime.datetime.strptime(row[0], "%Y-%m-%dT%H:%M:%SZ")
            rows.append((when.timestamp(), *map(float, row[1:])))
    return rows


class Panel:
    """One diagram: time to the right, head upwards."""

    def __init__(self, top, height, times, heads, title):
        self.top, self.height = top, height
        self.t0, self.t1 = min(times), max(times)
        low, high = min(heads), max(heads)
        self.low, self.high = low - 0.05 * (high - low), high + 0.05 * (high - low)
        self.parts = [f'<text x="{LEFT}" y="{top - 8}" class="title">{title}</text>']

    def x(self, t):
        return LEFT + (t - self.t0) / (self.t1 - self.t0) * (WIDTH - LEFT - RIGHT)

    def y(self, head):
        return self.top + (self.high - head) / (self.high - self.low) * self.height

    def axes(self, heads, ticks):
        for head in heads:
            self.parts.append(
                f'<path d="M{LEFT} {self.y(head):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                f'<text x="{LEFT - 6}" y="{self.y(head) + 4:.1f}" text-anchor="end">{head:.1f}</text>')
        for t, label in ticks:
            self.parts.append(
                f'<path d="M{self.x(t):.1f} {self.top + self.height}v4" stroke="{INK}"/>'
                f'<text x="{self.x(t):.1f}" y="{self.top + self.height + 16}" '
                f'text-anchor="middle">{label}</text>')
        self.parts.append(f'<rect x="{LEFT}" y="{self.top}" width="{WIDTH - LEFT - RIGHT}" '
                          f'height="{self.height}" fill="none" stroke="{FAINT}"/>')

    def line(self, points, colour, width=1.2):
        path = "M" + "L".join(f"{self.x(t):.1f} {self.y(h):.1f}" for t, h in points)
        self.parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>')

    def band(self, lower, upper, colour):
        points = lower + upper[::-1]
        path = "M" + "L".join(f"{self.x(t):.1f} {self.y(h):.1f}" for t, h in points) + "Z"
        self.parts.append(f'<path d="{path}" fill="{colour}"/>')

    def dots(self, points, radius=1.8):
        self.parts += [f'<circle cx="{self.x(t):.1f}" cy="{self.y(h):.1f}" r="{radius}" fill="{INK}"/>'
                       for t, h in points]

    def mark(self, t, label):
        self.parts.append(
            f'<path d="M{self.x(t):.1f} {self.top}v{self.height}" stroke="{FAINT}" '
            f'stroke-dasharray="4 3"/><text x="{self.x(t) - 5:.1f}" y="{self.top + 14}" '
            f'text-anchor="end" fill="{FAINT}">{label}</text>')


def column(rows, k):
    return [(row[0], row[k]) for row in rows]


def years(first, last, step):
    return [(datetime.datetime(y, 1, 1).timestamp(), str(y)) for y in range(first, last + 1, step)]


def all_panels(folder):
    simulated, forecasts = read(folder / "nb1_simulated.csv"), read(folder / "nb1_forecasts.csv")
    gossau = read(folder / "gossau.csv")
    heads = [h for row in simulated for h in row[1:3]]
    fit = Panel(28, 150, [r[0] for r in simulated], heads,
                "head_nb1 [m]: readings (dots) and the simulation fitted to the first two thirds")
    fit.axes([27, 28, 29], years(1987, 2015, 4))
    fit.line(column(simulated, 2), LINE)
    fit.dots(column(simulated, 1), 1.4)
    fit.mark(forecasts[0][0], "fitted to")
    heads = [h for row in forecasts for h in (row[1], row[3], row[7])]
    month = Panel(240, 150, [r[0] for r in forecasts], heads,
                  "head_nb1 [m]: issued four weeks before each reading, from rain of earlier years; "
                  "bands 50 and 90 %")
    month.axes([27, 28, 29], years(2006, 2015, 1))
    month.band(column(forecasts, 3), column(forecasts, 7), BAND)
    month.band(column(forecasts, 4), column(forecasts, 6), INNER)
    month.line(column(forecasts, 2), LINE)
    month.dots(column(forecasts, 1))
    heads = [h for row in gossau for h in (row[1], row[3], row[7], *row[8:])]
    one = Panel(452, 150, [r[0] for r in gossau], heads,
                "Gossau [m]: issued 2 January 2014 from 51 members; eight of their heads; readings (dots)")
    start = datetime.datetime(2014, 1, 2, 12)
    one.axes([637.5, 638, 638.5],
             [((start + datetime.timedelta(days=d)).timestamp(),
               (start + datetime.timedelta(days=d)).strftime("%-d %b")) for d in range(2, 32, 5)])
    one.band(column(gossau, 3), column(gossau, 7), BAND)
    one.band(column(gossau, 4), column(gossau, 6), INNER)
    for k in range(8, 16):
        one.line(column(gossau, k), MEMBER, 0.7)
    one.line(column(gossau, 2), LINE, 1.8)
    one.dots(column(gossau, 1), 2.2)
    return [fit, month, one]


def main():
    panels = all_panels(pathlib.Path(sys.argv[1]))
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} 630" width="{WIDTH}" '
          'height="630"><style>text{font:12px "DejaVu Sans",sans-serif;fill:#222}'
          '.title{font-size:13px}</style><rect width="100%" height="100%" fill="#fff"/>')
    for panel in panels:
        print("\n".join(panel.parts))
    print("</svg>")


if __name__ == "__main__":
    main()
