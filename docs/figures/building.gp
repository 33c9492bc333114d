# Depth at the gauges of the isolated building.
wide = 900; high = 640
load "docs/figures/style.gp"
set multiplot layout 3,2
set xlabel "time of the record [s]"; set ylabel "depth [m]" offset 1
set xrange [0:30]
do for [k=1:6] {
  set title sprintf("G%d", k)
  if (k == 6) { set yrange [0:0.45] } else { set yrange [0:0.2] }
  plot file(sprintf("building_g%d", k)) u 1:2 every 2 w l ls 4 t "measured", "" u 1:3 every 2 w l ls 1 t "computed"
}
unset multiplot
