package bench

import (
	"context"
	"time"

	"protobench/harness/cell"
	"protobench/internal/team"
	"protobench/methods"
	"protobench/methods/part"
)

// stepSubject is what is timed.
type stepSubject struct {
	stepCounts
	config   part.Config
	whole    bool // with a teacher, else the student alone
	step     func(i int) (cell.Lap, error)
	conclude func(r *stepReport, laps *stepLaps) error // adds what a report says besides
}

// stepCounts is what a trainer and a student alone tell of their steps.
type stepCounts interface {
	Operations() []methods.Operation // so far
	UpdateBytes() int
}

// stepLaps are the laps of the timed steps, in seconds.
type stepLaps struct{ views, observers []float64 }

func (l *stepLaps) add(lap cell.Lap) {
	l.views, l.observers = append(l.views, lap.Views.Seconds()), append(l.observers, lap.Observers.Seconds())
}

// subject builds what is timed.
func (b stepCommand) subject(ctx context.Context, w *Host, team *team.Team) (*stepSubject, error) {
	if b.Sweep != "" {
		return b.ofSweep(ctx, w, team)
	}
	cfg, err := b.config(team)
	if err != nil {
		return nil, err
	}
	counts, step, err := b.build(cfg)
	if err != nil {
		return nil, err
	}
	maker, err := newStepViews(b.Augment, cfg)
	if err != nil {
		return nil, err
	}
	views := viewsOf(cfg)
	return &stepSubject{
		stepCounts: counts, config: cfg, whole: b.Method != "",
		step: func(i int) (cell.Lap, error) {
			began := time.Now()
			maker.make(views, i)
			made := time.Now()
			loss, err := step(views)
			return cell.Lap{Views: made.Sub(began), Step: time.Since(made), Loss: loss}, err
		},
		conclude: func(r *stepReport, laps *stepLaps) (err error) {
			if maker != nil {
				r.stepOfViews = newStepOfViews(b.Augment, median(laps.views), r.StepS)
			}
			if b.Method != "" {
				r.stepFloor, err = floorOf(cfg, r.StepS)
			}
			return err
		},
	}, nil
}

// build makes a method's trainer or, without one, the student alone.
func (b stepCommand) build(cfg part.Config) (counts stepCounts, step func(views []float32) (loss float64, err error), err error) {
	if b.Method == "" {
		s, err := methods.NewStudentAlone(cfg)
		if err != nil {
			return nil, nil, err
		}
		return s, s.Step, nil
	}
	t, err := methods.New(cfg)
	if err != nil {
		return nil, nil, err
	}
	return t, func(views []float32) (float64, error) {
		found, err := t.Step(views)
		return found.Loss, err
	}, nil
}
