# Thacker's swings in a paraboloid after one period, along the middle row of 50 x 50 cells.
wide = 900; high = 330
load "docs/figures/style.gp"
set multiplot layout 1,2
set xlabel "x [m]"; set ylabel "elevation [m]" offset 1
set xrange [0.6:3.4]; set yrange [-0.12:0.12]
do for [name in "planar radial"] {
  set title name." swing, after one period"
  plot file("thacker_".name) u 1:2 w l ls 5 t "bed", "" u 1:3 w l ls 3 t "exact stage", \
    "" u 1:4 w p ls 2 t "computed"
}
unset multiplot
