package cell

import (
	"protobench/datasets"
	"protobench/datasets/augment"
	"protobench/harness/sweep"
	"protobench/internal/stream"
	"protobench/internal/team"
)

// batches gives the views of every step of a cell, from counters alone: a
// resumed cell asks for step n and gets what the first run got.
type batches struct {
	images   *datasets.Images
	augment  *augment.Augmenter
	locals   *augment.Locals
	seed     uint64
	size     int // images per batch
	perEpoch int // full batches; what is left over is dropped

	epoch int       // of order
	order []int     // of the images in that epoch
	views []float32 // the global crops, then the local ones
}

func newBatches(set *datasets.Set, c *sweep.Cell) (*batches, error) {
	in, train := sweep.ImagesOf(set).Shape, c.Train()
	a, err := augment.New(c.Augment(), augment.Input(in), set.Mean, set.Std, set.Flip)
	if err != nil {
		return nil, err
	}
	l, err := a.Locals(train.LocalCrops, augment.Input(train.Local(in)))
	if err != nil {
		return nil, err
	}
	a.Noise = set.Noise
	size := train.Batch
	return &batches{
		images: &set.Train, augment: a, locals: l, seed: c.Seed, size: size, perEpoch: set.Train.Len() / size,
		epoch: -1, views: make([]float32, 2*size*in.Height*in.Width*in.Channels+l.Len(size)),
	}, nil
}

// seen opens what a job's cell trains and is measured on.
func seen(l *datasets.Library, j *Job) (*datasets.Set, error) {
	set, err := l.Open(j.Cell.Data())
	if err != nil {
		return nil, err
	}
	return j.Cell.Sees(set), nil
}

// batchesOf opens it in batches, as [batchesIn] makes them.
func batchesOf(l *datasets.Library, j *Job, t *team.Team) (*datasets.Set, *batches, error) {
	set, err := seen(l, j)
	if err != nil {
		return nil, nil, err
	}
	b, err := batchesIn(set, j, t)
	return set, b, err
}

// batchesIn are the batches of what a job's cell sees; the team, which makes views, may be nil.
func batchesIn(set *datasets.Set, j *Job, t *team.Team) (*batches, error) {
	b, err := newBatches(set, &j.Cell)
	if err != nil {
		return nil, err
	}
	b.augment.Team = t
	return b, nil
}

// at returns the views of a step, [2·B,H,W,C] and the local crops behind them, valid until the next
// call, and the indices of their images.
func (b *batches) at(step int) (views []float32, indices []int) {
	indices = b.indices(step)
	global := len(b.views) - b.locals.Len(b.size)
	b.augment.Views(b.views[:global], b.images, indices, b.seed, b.epoch)
	b.locals.Crops(b.views[global:], b.images, indices, b.seed, b.epoch)
	return b.views, indices
}

// indices returns those of a step's images.
func (b *batches) indices(step int) []int {
	if epoch := step / b.perEpoch; epoch != b.epoch {
		b.epoch = epoch
		b.order = stream.New(b.seed, "order", uint64(epoch)).Perm(b.images.Len())
	}
	from := step % b.perEpoch * b.size
	return b.order[from : from+b.size]
}

// successive returns a source of the first batches, one after the other, as
// starting from data and filling of statistics need them.
func (b *batches) successive() func() []float32 {
	step := -1
	return func() []float32 {
		step++
		views, _ := b.at(step)
		return views
	}
}
