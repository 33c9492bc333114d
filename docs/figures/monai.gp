# Stage at the gauges of the Monai valley.
wide = 900; high = 300
load "docs/figures/style.gp"
set multiplot layout 1,3
set xlabel "time [s]"; set ylabel "stage [m]" offset 1
set xrange [0:22.5]; set yrange [-0.02:0.05]
set key top left
do for [name in "ch5 ch7 ch9"] {
  set title "gauge ".name
  plot file("monai_".name) u 1:2 w l ls 4 t "measured", "" u 1:3 w l ls 1 t "computed"
}
unset multiplot
