// Package clustering has the objectives whose targets are an image's cluster: codes that are balanced
// over prototypes (swav.go), labels balanced over all images (sela.go), the nearest prototype
// (deepcluster.go), groups that move with the projections (smog.go), centroids of k-means on past keys
// (pcl.go), or views that agree inside random blocks of prototypes (carp.go). A method of more than
// one file has them side by side under its name. Begin at swav.go, the one that the project asks
// about most.
package clustering
