package methods

import (
	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/methods/part"
)

// pclClusters is the expectation step of [pcl]: at the start of each epoch, from the end of the warm-up on, k-means on the last
// keys of all images, once per set and each from random keys. The sets have prototypes.count centroids, half as many, a
// quarter and so on, where the paper has 25,000, 50,000 and 100,000; metrics see the first and largest. Unlike faiss, an empty
// cluster keeps its centre, and there is one start instead of the best of five.
type pclClusters struct {
	owned
	o        *pcl
	bank     *bank
	perEpoch int
}

func (l *pclClusters) before(s *stepInput) {
	l.o.step = s.step
	if s.step > 0 && s.step%l.perEpoch == 0 && s.epoch >= l.o.WarmupEpochs {
		l.cluster(s)
	}
}

func (l *pclClusters) after(s *stepInput) {
	l.bank.record(s.step, s.z[part.Teacher])
	s.found.Values["pcl.info_nce"], s.found.Values["pcl.proto_nce"] = l.o.terms[0], l.o.terms[1]
}

// cluster makes all sets anew.
func (l *pclClusters) cluster(s *stepInput) {
	images, z := l.bank.gather()
	d := l.p.d
	for m, set := range l.o.sets {
		start := startAt(stream.New(l.o.seed, "clusters", uint64(s.step), uint64(m)), z, set.k, d)
		c := newCentres(s.team, z, start, d, l.o.Iterations)
		copy(set.phi, concentrations(c.distance, c.near, set.k, l.o.Temperature))
		kernel.NormalizeRows(set.centroids, c.value, set.k, d, nil)
		for i := range set.cluster {
			set.cluster[i] = -1
		}
		for row, i := range images {
			set.cluster[i] = float64(c.near[row])
		}
	}
	copy(l.p.value, l.o.sets[0].centroids)
	l.p.publish(s.team)
	l.o.ready[0] = 1
}

func (l *pclClusters) State(prefix string) []part.Named {
	return l.bank.State(prefix)
}
