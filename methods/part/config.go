package part

import (
	"protobench/encoders"
	"protobench/internal/setting"
	"protobench/internal/team"
)

// Config is all that a training run depends on, besides the images.
type Config struct {
	Composition   Composition
	Settings      setting.Values // at least those of Tables in package methods
	Train         Train
	Encoder       encoders.Config
	Input         encoders.Input
	Seed          uint64
	StepsPerEpoch int
	Team          *team.Team // shares a step's work and changes no number; nil for one thread
	Images        int        // training images; sets learners' memories, the size of banks and the rate of usage averages

	// Order gives the indices [B] of a step's images among the training images, for objectives that
	// keep a label or an embedding for each image; nil where images come in turn.
	Order func(step int) []int
}

// Indices returns the indices [B] of a step's images.
func (c Config) Indices(step int) []int {
	if c.Order != nil {
		return c.Order(step)
	}
	out := make([]int, c.Train.Batch)
	for i := range out {
		out[i] = (step*c.Train.Batch + i) % c.Images
	}
	return out
}

// Steps returns the length of the run.
func (c Config) Steps() int { return c.Train.Epochs * c.StepsPerEpoch }

// EpochOf is the time of a step in epochs.
func (c Config) EpochOf(step int) float64 { return float64(step) / float64(max(1, c.StepsPerEpoch)) }

// Branch selects one of the two sets of weights.
type Branch int

// The two branches of every arm: the student is trained, the teacher is its moving average.
const (
	Student Branch = iota
	Teacher
)

// String returns "student" or "teacher".
func (b Branch) String() string { return [...]string{"student", "teacher"}[b] }

// BranchOf is the branch of a name, as settings have it.
func BranchOf(name string) Branch {
	if name == Teacher.String() {
		return Teacher
	}
	return Student
}
