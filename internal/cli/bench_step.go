package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"protobench/internal/kernel"
	"protobench/methods"
	"protobench/methods/part"
)

// benchStep times training steps on random images that stay in memory, so that decoding is not timed,
// nor is augmentation unless it is asked for. Without a method it is the step of SwAV as published code has it, without
// a teacher.
type benchStep struct {
	machine
	Encoder    string `enum:"convnet,mlp,resnet18,vit" default:"convnet" help:"One of ${enum}."`
	Batch      int    `placeholder:"N" default:"128" help:"Images per step; each gives two views."`
	Prototypes int    `placeholder:"K" default:"512" help:"Number of prototypes."`
	Winograd   int    `placeholder:"N" enum:"0,2,4" default:"2" help:"Side of the tiles that convolutions are computed in: ${enum} (0: none)."`
	Precision  string `placeholder:"NAME" enum:"float32,bf16" default:"float32" help:"Operands of the encoder's products: ${enum}."`
	Method     string `placeholder:"NAME" help:"Time the whole step of this preset, teacher included, and what its passes take by themselves."`
	Augment    string `placeholder:"PRESET" enum:",${augments}" default:"" help:"Make new views for each step, by this value of augment.preset."`
	Steps      int    `placeholder:"N" default:"20" help:"Timed steps, after three that warm up."`
	Ops        bool   `help:"Also show what each kind of operation takes."`
}

// Validate refuses sizes that make no sense.
func (b benchStep) Validate() error {
	if err := b.machine.Validate(); err != nil {
		return err
	}
	if b.Batch < 2 || b.Prototypes < 2 || b.Steps < 1 {
		return fmt.Errorf("--batch %d --prototypes %d --steps %d: expected at least 2, 2 and 1", b.Batch, b.Prototypes, b.Steps)
	}
	if b.Ops && b.Method != "" {
		return errors.New("--ops: times the student's step alone; drop --method")
	}
	return nil
}

// stepReport is the outcome; its JSON keys are a contract.
type stepReport struct {
	Bench        string     `json:"bench"`
	Encoder      string     `json:"encoder"`
	Method       string     `json:"method"`
	Batch        int        `json:"batch"`
	Prototypes   int        `json:"prototypes"`
	Winograd     int        `json:"winograd"` // the key encoder.winograd, whether the encoder reads it or not
	Precision    string     `json:"precision"`
	Threads      int        `json:"threads"`
	Steps        int        `json:"steps"`
	ISA          kernel.ISA `json:"isa"`
	ImagesPerS   float64    `json:"images_per_s"` // source images
	StepS        float64    `json:"step_s"`       // median
	StepMinS     float64    `json:"step_min_s"`
	GFLOP        float64    `json:"gflop_per_step"`
	GFLOPPerS    float64    `json:"gflop_per_s"`
	PeakShare    float64    `json:"peak_share"` // 0..1
	PeakISA      kernel.ISA `json:"peak_isa"`
	Peak         float64    `json:"peak_gflop_per_s"`
	LossFirst    float64    `json:"loss_first"` // nats
	LossLast     float64    `json:"loss_last"`
	BytesAStep   float64    `json:"bytes_per_step"`       // allocated on the heap
	PeakBytes    int64      `json:"peak_bytes"`           // largest resident set of the process, 0 where the system does not tell
	BytesFirst   int64      `json:"resident_bytes_first"` // resident set after a tenth of the timed steps, 0 where the system does not tell
	BytesLast    int64      `json:"resident_bytes_last"`  // and after all of them
	*stepFloor              // with a method
	*stepOfViews            // with augmentation
	Ops          []opCost   `json:"ops,omitempty"` // with --ops
	samples      []float64
	withTeacher  bool
}

// warmUp is the number of steps before those that are timed.
const warmUp = 3

// Run measures and prints.
func (b benchStep) Run(ctx context.Context, w *console) error {
	w.warn(kernel.Warning())
	team := b.team()
	defer team.Close()
	r := &stepReport{
		Bench: "step", Encoder: b.Encoder, Method: b.Method, Batch: b.Batch, Prototypes: b.Prototypes, Winograd: b.Winograd, Precision: b.Precision, Threads: b.Threads, Steps: b.Steps,
		ISA: kernel.InUse(), withTeacher: b.Method != "",
	}
	cfg, err := b.config(team)
	if err != nil {
		return err
	}
	if r.GFLOP, err = gflop(cfg, r.withTeacher); err != nil {
		return err
	}
	r.PeakISA, r.Peak = peakOf(team)
	if err := b.measure(ctx, r, cfg); err != nil {
		return err
	}
	_, after := peakOf(team) // on a busy machine either may fall short
	r.Peak = max(r.Peak, after)
	r.conclude()
	if r.withTeacher {
		if r.stepFloor, err = floorOf(cfg, r.StepS); err != nil {
			return err
		}
	}
	return b.show(w.out, r, r.text()+opsText(r.Ops))
}

// measure times the steps.
func (b benchStep) measure(ctx context.Context, r *stepReport, cfg part.Config) error {
	step, spent, err := stepper(cfg, r.withTeacher)
	if err != nil {
		return err
	}
	maker, err := newStepViews(b.Augment, cfg)
	if err != nil {
		return err
	}
	views := viewsOf(cfg)
	r.samples = make([]float64, 0, b.Steps)
	var heap heapCount
	var begun map[string]time.Duration
	for i := range warmUp + b.Steps {
		if ctx.Err() != nil {
			return exitError{exitInterrupted, "interrupted"}
		}
		if i == warmUp {
			begun = spent()
			heap.start()
		}
		began := time.Now()
		maker.make(views, i)
		loss, err := step(views)
		seconds := time.Since(began).Seconds()
		if err != nil {
			return err
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return fmt.Errorf("the loss is %v at step %d of random images; the kernels are at fault (try PROTOBENCH_ISA=generic)", loss, i+1)
		}
		if i == warmUp {
			r.LossFirst = loss
		}
		if i >= warmUp {
			r.samples, r.LossLast = append(r.samples, seconds), loss
		}
		if len(r.samples) == (b.Steps+9)/10 && r.BytesFirst == 0 {
			heap.stop() // asking allocates too
			r.BytesFirst = resident()
			heap.start()
		}
	}
	heap.stop()
	r.BytesAStep = float64(heap.bytes) / float64(b.Steps)
	r.BytesLast, r.PeakBytes = resident(), peakResident()
	if b.Ops {
		r.Ops = costs(begun, spent(), r.samples)
	}
	r.stepOfViews = maker.of(b.Augment, median(r.samples))
	return nil
}

// stepper builds what is timed: its step and, for the student alone, the time that operations have
// taken so far.
func stepper(cfg part.Config, withTeacher bool) (step func(views []float32) (float64, error), spent func() map[string]time.Duration, err error) {
	if !withTeacher {
		s, err := methods.NewStudentAlone(cfg)
		if err != nil {
			return nil, nil, err
		}
		return s.Step, s.Spent, nil
	}
	t, err := methods.New(cfg)
	if err != nil {
		return nil, nil, err
	}
	return func(views []float32) (float64, error) {
		s, err := t.Step(views)
		return s.Loss, err
	}, func() map[string]time.Duration { return nil }, nil
}

// conclude derives the rates from the samples.
func (r *stepReport) conclude() {
	r.StepS, r.StepMinS = median(r.samples), r.samples[0]
	for _, s := range r.samples {
		r.StepMinS = min(r.StepMinS, s)
	}
	r.ImagesPerS, r.GFLOPPerS = float64(r.Batch)/r.StepS, r.GFLOP/r.StepS
	r.PeakShare = r.GFLOPPerS / r.Peak
}

func (r *stepReport) text() string {
	what := "swav's student alone"
	if r.Method != "" {
		what = r.Method
	}
	if r.Winograd != benchWinograd {
		what += fmt.Sprintf(", encoder.winograd = %d", r.Winograd)
	}
	if r.Precision != "float32" {
		what += ", " + r.Precision
	}
	text := fmt.Sprintf(`%s, %s, %d images × 2 views, %d prototypes, %s, %s
step    %.2f ms (median of %d, least %.2f): %.0f images/s
work    %.2f GFLOP a step, %.1f GFLOP/s: %.1f %% of the %s peak of %.0f
loss    %.3f at first, %.3f at last
memory  %s
`,
		r.Encoder, what, r.Batch, r.Prototypes, r.ISA, count(r.Threads, "thread"),
		1e3*r.StepS, r.Steps, 1e3*r.StepMinS, r.ImagesPerS,
		r.GFLOP, r.GFLOPPerS, 100*r.PeakShare, r.PeakISA, r.Peak,
		r.LossFirst, r.LossLast, r.memory())
	if r.stepOfViews != nil {
		text += r.stepOfViews.text()
	}
	if r.stepFloor != nil {
		text += r.stepFloor.text()
	}
	return text
}
