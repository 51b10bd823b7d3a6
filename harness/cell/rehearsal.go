package cell

import (
	"time"

	"protobench/datasets"
	"protobench/internal/team"
	"protobench/methods/part"
)

// Rehearsal is a job's cell one piece at a time, as a run trains and measures it, to be timed: its
// data, views, encoder, batch and observers. Nothing is written.
type Rehearsal struct {
	job     *Job
	engine  Engine
	set     *datasets.Set
	batches *batches
	team    *team.Team // the cell's threads; nil for one

	trainee trainee    // nil where nothing is trained
	network Supervised // of the row untrained
}

// Lap is what one step took.
type Lap struct {
	Views     time.Duration // of making them
	Step      time.Duration // on them, observers included
	Observers time.Duration // of Step
	Loss      float64       // nats
}

// Rehearse opens what a job's cell trains on; the team may be nil. [Rehearsal.Build] comes next.
func Rehearse(j *Job, e Engine, data *datasets.Library, t *team.Team) (*Rehearsal, error) {
	set, b, err := batchesOf(data, j, t)
	if err != nil {
		return nil, err
	}
	return &Rehearsal{job: j, engine: e, set: set, batches: b, team: t}, nil
}

// Build makes what is trained, or the network of the row untrained; a row of pixels has neither.
func (r *Rehearsal) Build() (err error) {
	switch {
	case r.job.Cell.Reference == "untrained":
		r.network, err = r.engine.Untrained(r.Config())
	case r.job.Cell.Steps() > 0:
		r.trainee, err = newTrainee(r.job, r.batches, r.set.Classes, r.engine, r.Config())
	}
	return err
}

// Prepare is what comes before the first step of a training.
func (r *Rehearsal) Prepare() error { return r.trainee.prepare() }

// Config is what the cell's trainer is built from.
func (r *Rehearsal) Config() part.Config { return configOf(r.job, r.batches, r.team) }

// Trainer is what takes the steps of an arm; nil of a reference row.
func (r *Rehearsal) Trainer() Trainer {
	if arm, ok := r.trainee.(armTrainee); ok {
		return arm.Trainer
	}
	return nil
}

// Step takes the step that comes after n others; of the row untrained one that fills its statistics.
func (r *Rehearsal) Step(n int) error {
	if r.network != nil {
		views, _ := r.batches.at(n)
		_, err := r.network.Step(views, nil)
		return err
	}
	_, err := r.trainee.step(n % r.batches.perEpoch)
	return err
}

// Lap takes an arm's step that comes after n others, and times what it consists of.
func (r *Rehearsal) Lap(n int) (lap Lap, err error) {
	began := time.Now()
	views, _ := r.batches.at(n)
	made := time.Now()
	found, err := r.Trainer().Step(views)
	return Lap{Views: made.Sub(began), Step: time.Since(made), Observers: found.Observers, Loss: found.Loss}, err
}

// Job is whose cell it is.
func (r *Rehearsal) Job() *Job { return r.job }

// Set is what the cell sees.
func (r *Rehearsal) Set() *datasets.Set { return r.set }

// Curves is how many times the curves are measured and on how many images each time; 0 where there
// are none.
func (r *Rehearsal) Curves() (times, images int) {
	if arm, ok := r.trainee.(armTrainee); ok {
		return newCadence(&r.job.Cell).count(), arm.watched.Len()
	}
	return 0, 0
}

// Memory is what was built and its images hold.
func (r *Rehearsal) Memory() (m Memory) {
	m.Data = r.set.Bytes()
	m.of(r)
	return m
}
