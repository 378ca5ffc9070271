"""The networks whose maps are drawn by `bench_map_drawing`."""
