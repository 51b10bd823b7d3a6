package audit

// Usage is how images take the prototypes.
type Usage struct {
	Images            int
	Used              int     // prototypes with an image
	Dead              float64 // share that is not live
	LiveUnique        Counts
	Perplexity        float64  // of usage, 1..K
	GroupedPerplexity float64  // the same over groups
	Top               float64  // share of images of the most used prototype
	Entropy           *float64 // mean entropy of predictions, nats; nil without a temperature
	PerPrototype      []int    // images, [K]
}
