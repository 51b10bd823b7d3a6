package metrics

// UniqueCentredKey is the key of the unique prototypes at a distance once their mean is taken off.
func UniqueCentredKey(eps float64) string { return "unique_centred@" + EpsilonText(eps) }

// LinearPartKey is the key of the linear probe's accuracy on "head", "medium" or "tail" classes.
func LinearPartKey(part string, b Branch) string { return linearProbe().key("_"+part, b) }

// KNNKey is the key of the accuracy of the k-NN probe of the tables on a branch's features.
func KNNKey(b Branch) string { return knnProbe().key("", b) }
