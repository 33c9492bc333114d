# Peak levels at Merewether's surveyed points.
wide = 620; high = 320
load "docs/figures/style.gp"
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.85 noborder
set ylabel "peak level [m AHD]" offset 1
set xlabel "surveyed point"
set yrange [17:24.5]
set key top left horizontal
plot file("merewether") u 2:xtic(sprintf("%d", $1)) lc rgb "#c0392b" t "observed", \
  "" u 3 lc rgb "#1f5fa8" t "computed"
