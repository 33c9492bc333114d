# Mean errors of depth against the number of cells; slopes 1 and 2 beside them.
wide = 900; high = 520
load "docs/figures/style.gp"
set logscale xy
set xlabel "cells along the case"; set ylabel "mean error of depth / depth of the case" offset 1
set format y "10^{%T}"
set xrange [40:1000]
set key outside right top
cases = "ritter stoker thacker_planar thacker_radial smooth_wave bump_subcritical bump_transcritical bump_jump bump_supercritical macdonald_subcritical macdonald_rain macdonald_transcritical macdonald_supercritical macdonald_jump"
colours = "#1b1b1b #7f7f7f #1f5fa8 #6baed6 #c0392b #e67e22 #f1a340 #b35806 #8c510a #1a7a3a #5aae61 #a6d96a #762a83 #af8dc3"
title_of(name) = system("echo ".name." | tr _ ' '")
plot for [k=1:words(cases)] file("errors_".word(cases, k)) u 1:2 w lp lw 1.2 pt k lc rgb word(colours, k) t title_of(word(cases, k)), \
  3e-3*(50/x) w l dt 2 lc rgb "#888888" t "first order", 3e-3*(50/x)**2 w l dt 3 lc rgb "#888888" t "second order"
