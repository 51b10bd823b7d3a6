// Package spectrum measures how many dimensions rows take up, from singular values and eigenvalues:
// effective rank, RankMe and participation ratio (spectrum.go), the exponent of the power law that
// eigenvalues follow (powerlaw.go), and LiDAR (lidar.go). Dimensional collapse shows here. Begin at
// spectrum.go.
package spectrum
