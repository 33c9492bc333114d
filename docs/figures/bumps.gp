# Steady flow over a bump, 100 cells.
wide = 900; high = 600
load "docs/figures/style.gp"
set multiplot layout 2,2
set xlabel "x [m]"; set ylabel "elevation [m]" offset 1
set xrange [0:25]
do for [name in "subcritical transcritical jump supercritical"] {
  set title (name eq "jump" ? "transcritical with a jump" : name)
  plot file("bump_".name) u 1:2 w filledcurves y=0 lc rgb "#e3dccf" t "bed", \
    "" u 1:3 w l ls 3 t "exact stage", "" u 1:4 w p ls 2 t "computed"
}
unset multiplot
