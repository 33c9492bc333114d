# Shared by all figures; `data` (folder of numbers) and `image` (file to make) are set by ./dev figures.
set terminal pngcairo size wide, high font "sans,9" rounded
set output image
set border 3 lc rgb "#555555"
set tics nomirror out scale 0.5 textcolor rgb "#333333"
set grid lc rgb "#dddddd" lw 0.5
set key font ",8" samplen 2
set style line 1 lc rgb "#1f5fa8" lw 1.6                    # computed
set style line 2 lc rgb "#1f5fa8" pt 6 ps 0.45 lw 1.0       # computed, cell by cell
set style line 3 lc rgb "#222222" lw 1.0                    # exact
set style line 4 lc rgb "#c0392b" lw 1.0                    # measured
set style line 5 lc rgb "#8a7b66" lw 1.2                    # ground
file(name) = sprintf("%s/%s.dat", data, name)
