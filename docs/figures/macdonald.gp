# Steady flow with friction over made beds, 100 cells of 10 m; depth, since beds fall by metres.
wide = 900; high = 600
load "docs/figures/style.gp"
set multiplot layout 2,3
set xlabel "x [m]"; set ylabel "depth [m]" offset 1
set xrange [0:1000]
do for [name in "subcritical supercritical transcritical jump rain"] {
  set title (name eq "jump" ? "with a jump" : name eq "rain" ? "subcritical under rain" : name)
  plot file("macdonald_".name) u 1:($3-$2) w l ls 3 t "exact", "" u 1:($4-$2) w p ls 2 t "computed"
}
unset multiplot
