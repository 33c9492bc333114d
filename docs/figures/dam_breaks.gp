# Ritter's and Stoker's dam breaks after 6 s, 200 cells.
wide = 900; high = 330
load "docs/figures/style.gp"
set multiplot layout 1,2
set xlabel "x [m]"; set ylabel "depth [mm]" offset 1
set yrange [0:5.4]
set title "onto a dry bed (Ritter), 6 s, 200 cells"
plot file("ritter") u 1:(1000*$3) w l ls 3 t "exact", "" u 1:(1000*$4) w p ls 2 t "computed"
set title "onto a wet bed (Stoker), 6 s, 200 cells"
plot file("stoker") u 1:(1000*$3) w l ls 3 t "exact", "" u 1:(1000*$4) w p ls 2 t "computed"
unset multiplot
