package harness

import (
	"context"
	"time"

	"protobench/internal/team"
	"protobench/methods/part"
)

// Rehearsal is an arm's cell as a run trains it, to be timed: its data, views, encoder, batch and
// observers. Nothing is written.
type Rehearsal struct {
	subject *subject
	arm     armTrainee
}

// Lap is what one step took.
type Lap struct {
	Views     time.Duration // of making them
	Step      time.Duration // on them, observers included
	Observers time.Duration // of Step
	Loss      float64       // nats
}

// Rehearse builds a job's arm before its first step; the team may be nil. Reference rows have no
// arm, and are not for rehearsal.
func Rehearse(j *Job, e Engine, data *Library, t *team.Team) (*Rehearsal, error) {
	s, err := newEstimator(e, data).subject(j, t)
	if err != nil {
		return nil, err
	}
	if err := s.build(); err != nil {
		return nil, err
	}
	if err := s.trainee.prepare(); err != nil {
		return nil, err
	}
	return &Rehearsal{subject: s, arm: s.trainee.(armTrainee)}, nil
}

// Config is what the arm's trainer is built from.
func (r *Rehearsal) Config() part.Config {
	return configOf(r.subject.job, r.subject.batches, r.subject.team)
}

// Trainer is what takes the steps.
func (r *Rehearsal) Trainer() Trainer { return r.arm.Trainer }

// Step takes the step that comes after n others.
func (r *Rehearsal) Step(n int) (lap Lap, err error) {
	began := time.Now()
	views, _ := r.arm.batches.at(n)
	made := time.Now()
	found, err := r.arm.Step(views)
	return Lap{Views: made.Sub(began), Step: time.Since(made), Observers: found.Observers, Loss: found.Loss}, err
}

// Evaluation estimates the time of the cell's curves and of its last measurement from samples of
// its images, as [Estimate] does. The arm goes on from where it is.
func (r *Rehearsal) Evaluation(ctx context.Context) (time.Duration, error) {
	return r.subject.evaluation(ctx)
}
