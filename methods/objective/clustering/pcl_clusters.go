package clustering

import (
	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"
)

// pclClusters is the expectation step of [pcl]: at the start of each epoch, from the end of the
// warm-up on, k-means on the last keys of all images, once per set and each from random keys. The
// sets have prototypes.count centroids, half as many, a quarter and so on, where the paper has
// 25,000, 50,000 and 100,000; metrics see the first and largest. Unlike faiss, an empty cluster
// keeps its centre, and there is one start instead of the best of five.
type pclClusters struct {
	objective.Owned
	o        *pcl
	bank     *learner.Bank
	perEpoch int
}

func (l *pclClusters) Before(s *learner.Step) {
	l.o.step = s.Index
	if s.Index > 0 && s.Index%l.perEpoch == 0 && s.Epoch >= l.o.WarmupEpochs {
		l.cluster(s)
	}
}

func (l *pclClusters) After(s *learner.Step) {
	l.bank.Record(s.Index, s.Z[part.Teacher])
	s.Found.Values["pcl.info_nce"], s.Found.Values["pcl.proto_nce"] = l.o.terms[0], l.o.terms[1]
}

// cluster makes all sets anew.
func (l *pclClusters) cluster(s *learner.Step) {
	images, z := l.bank.Gather()
	d := l.P.D
	for m, set := range l.o.sets {
		start := learner.StartAt(stream.New(l.o.seed, "clusters", uint64(s.Index), uint64(m)), z, set.k, d)
		c := learner.NewCentres(s.Team, z, start, d, l.o.Iterations)
		copy(set.phi, concentrations(c.Distance, c.Near, set.k, l.o.Temperature))
		kernel.NormalizeRows(set.centroids, c.Value, set.k, d, nil)
		for i := range set.cluster {
			set.cluster[i] = -1
		}
		for row, i := range images {
			set.cluster[i] = float64(c.Near[row])
		}
	}
	copy(l.P.Value, l.o.sets[0].centroids)
	l.P.Publish(s.Team)
	l.o.ready[0] = 1
}

func (l *pclClusters) State(prefix string) []part.Named {
	return l.bank.State(prefix)
}
