package augment

import (
	"math/rand/v2"
	"sync/atomic"

	"protobench/datasets"
	"protobench/internal/kernel"
	"protobench/internal/stream"
)

// maker makes views of one size, each by its recipe, on all threads of its augmenter's team.
type maker struct {
	of      *Augmenter
	purpose string   // of the streams that its draws come from
	recipes []Config // view by view
	out     Input
	work    []*scratch // one a thread
	task    func(worker int)

	// The call at hand.
	dst   []float32
	set   *datasets.Images
	order []int
	seed  uint64
	epoch int
	next  atomic.Int64 // view that no thread has taken yet
}

// scratch is what the making of one view needs: a generator and buffers.
type scratch struct {
	source  *rand.PCG
	draws   *rand.Rand
	pixels  []float32 // planes of some rows of the image, with room behind each
	resizer resizer
	view    []float32 // [C,h,w], with room behind it: colours are in planes until the view is done
	room    []float32 // for a plane, or a blur
	kernel  []float32
}

func newScratch(in, out Input, taps int) *scratch {
	s := &scratch{source: rand.NewPCG(0, 0)}
	s.draws = rand.New(s.source)
	s.pixels = make([]float32, in.Channels*(rowsAtATime(in.Width)*in.Width+kernel.RowSlack))
	s.view, s.room, s.kernel = make([]float32, out.size()+kernel.RowSlack), make([]float32, blurRoom(out, taps)), make([]float32, taps)
	s.resizer.wide = make([]float32, out.Channels*(in.Height*out.Width+kernel.RowSlack))
	return s
}

// all writes the views of every image set[order[i]] into dst, [views·B,h,w,C]: all first views, then
// all second ones and so on, in the order of order.
func (m *maker) all(dst []float32, set *datasets.Images, order []int, seed uint64, epoch int) {
	m.of.check(len(dst), len(m.recipes)*len(order)*m.out.size(), set)
	if m.task == nil {
		m.task = m.some
	}
	threads := m.of.Team.Threads()
	for len(m.work) < threads {
		m.work = append(m.work, newScratch(m.of.in, m.out, m.of.taps))
	}
	m.dst, m.set, m.order, m.seed, m.epoch = dst, set, order, seed, epoch
	m.next.Store(0)
	m.of.Team.Do(threads, m.task)
	m.dst, m.set, m.order = nil, nil, nil
}

// some makes views until none is left.
func (m *maker) some(worker int) {
	s, size := m.work[worker], m.out.size()
	for {
		i := int(m.next.Add(1)) - 1
		if i >= len(m.recipes)*len(m.order) {
			return
		}
		view, index := i/len(m.order), m.order[i%len(m.order)]
		stream.Seed(s.source, m.seed, m.purpose, uint64(m.epoch), uint64(index), uint64(view))
		s.one(m.dst[i*size:(i+1)*size], m.set.Image(index), m, &m.recipes[view])
	}
}

// one makes a single view: crop and flip, colour jitter, grayscale, blur, solarization,
// normalisation, in the order of SwAV and DINO.
func (s *scratch) one(dst []float32, image []uint8, m *maker, c *Config) {
	a := m.of
	if a.Noise > 0 {
		s.noisy(dst, image, a)
		return
	}
	p := sample(s.draws, c, a.in)
	s.resizedCrop(s.view, image, a.in, m.out, p.crop, a.filter, p.flip)
	view := s.view[:m.out.size()]
	if p.jitter {
		jitter(view, a.in.Channels, p.order, p.factor, s.room)
	}
	if p.gray {
		grayscale(view, a.in.Channels)
	}
	if p.sigma > 0 {
		gaussian(s.kernel, p.sigma)
		k := trim(s.kernel)
		blur(view, view, s.room, m.out, k, k)
	}
	if p.solarize {
		kernel.Solarize(view, threshold)
	}
	normalize(dst, view, a.in.Channels, a.mean, a.invert)
}
