package bench

import (
	"context"
	"fmt"
	"math"
	"time"

	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/internal/wording"
	"protobench/methods"
)

// stepCommand times training steps on random images that stay in memory, so that decoding is not timed,
// nor is augmentation unless it is asked for. Without a method it is the step of SwAV as published code has it, without
// a teacher. With a sweep it is an arm as the sweep has it.
type stepCommand struct {
	machine
	Encoder    string  `enum:"convnet,mlp,resnet18,vit" default:"convnet" help:"One of ${enum}."`
	Batch      int     `placeholder:"N" default:"128" help:"Images per step; each gives two views."`
	Prototypes int     `placeholder:"K" default:"512" help:"Number of prototypes."`
	Winograd   int     `placeholder:"N" enum:"0,2,4" default:"2" help:"Side of the tiles that convolutions are computed in: ${enum} (0: none)."`
	Precision  string  `placeholder:"NAME" enum:"float32,bf16" default:"float32" help:"Operands of the encoder's products: ${enum}."`
	Method     string  `placeholder:"NAME" help:"Time the whole step of this preset, teacher included, and what its passes take by themselves."`
	Augment    string  `placeholder:"PRESET" enum:",${augments}" default:"" help:"Make new views for each step, by this value of augment.preset."`
	Sweep      string  `placeholder:"SWEEP" help:"Time an arm as this sweep has it: a file, or the name of an ablation."`
	Arm        string  `placeholder:"LABEL" help:"Which one, as tables name it (the first)."`
	Seed       *uint64 `placeholder:"N" help:"Its seed (the first)."`
	Steps      int     `placeholder:"N" default:"20" help:"Timed steps, after three that warm up."`
	Ops        bool    `help:"Also show what each kind of operation takes."`
	Roofline   bool    `help:"Also show the bound that each kind of operation hits: arithmetic, or what caches or the memory give."`
}

// Validate refuses sizes that make no sense.
func (b stepCommand) Validate() error {
	if err := b.machine.Validate(); err != nil {
		return err
	}
	if b.Batch < 2 || b.Prototypes < 2 || b.Steps < 1 {
		return fmt.Errorf("--batch %d --prototypes %d --steps %d: expected at least 2, 2 and 1", b.Batch, b.Prototypes, b.Steps)
	}
	if b.Sweep == "" && (b.Arm != "" || b.Seed != nil) {
		return fmt.Errorf("--arm and --seed choose from a sweep; give --sweep as well")
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
	*stepOfArm              // with a sweep
	Ops          []opCost   `json:"ops,omitempty"` // with --ops
	Roofline     *roofline  `json:"roofline,omitempty"`
	samples      []float64
}

// warmUp is the number of steps before those that are timed.
const warmUp = 3

// Run measures and prints.
func (b stepCommand) Run(ctx context.Context, w *Host) error {
	w.Warn(kernel.Warning())
	if b.Sweep != "" && b.Threads == nil {
		one := 1
		b.Threads = &one
	}
	team := b.team()
	defer team.Close()
	s, err := b.subject(ctx, w, team)
	if err != nil {
		return err
	}
	r, err := b.report(s)
	if err != nil {
		return err
	}
	r.PeakISA, r.Peak = peakOf(team)
	if err := b.measure(ctx, r, s, team); err != nil {
		return err
	}
	return b.show(w.Out, r, r.text())
}

// report begins a report with what is timed.
func (b stepCommand) report(s *stepSubject) (*stepReport, error) {
	cfg := s.config
	r := &stepReport{
		Bench: "step", Encoder: cfg.Encoder.Name, Method: b.Method, Batch: cfg.Train.Batch, Prototypes: cfg.Settings.Int("prototypes.count"),
		Winograd: cfg.Encoder.Winograd, Precision: cfg.Train.Precision, Threads: b.threads(), Steps: b.Steps, ISA: kernel.InUse(),
	}
	if b.Sweep != "" {
		r.Method = cfg.Composition.Name
	}
	var err error
	r.GFLOP, err = gflop(cfg, s.whole)
	return r, err
}

// measure times the steps, and what else is asked for.
func (b stepCommand) measure(ctx context.Context, r *stepReport, s *stepSubject, team *team.Team) error {
	var laps stepLaps
	begun, err := b.time(ctx, r, s, &laps)
	if err != nil {
		return err
	}
	_, after := peakOf(team) // on a busy machine either may fall short
	r.Peak = max(r.Peak, after)
	r.conclude()
	if b.Ops {
		r.Ops = costs(begun, s.Operations(), r.samples)
	}
	if b.Roofline {
		r.Roofline = newRoofline(team, r.Peak, begun, s.Operations(), s.UpdateBytes(), r.samples)
	}
	if s.conclude == nil {
		return nil
	}
	return s.conclude(r, &laps)
}

// time takes the steps and returns what operations had taken before those that are timed.
func (b stepCommand) time(ctx context.Context, r *stepReport, s *stepSubject, laps *stepLaps) (begun []methods.Operation, err error) {
	r.samples = make([]float64, 0, b.Steps)
	var heap heapCount
	for i := range warmUp + b.Steps {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if i == warmUp {
			begun = s.Operations()
			heap.start()
		}
		began := time.Now()
		lap, err := s.step(i)
		seconds := time.Since(began).Seconds()
		if err != nil {
			return nil, err
		}
		if math.IsNaN(lap.Loss) || math.IsInf(lap.Loss, 0) {
			return nil, fmt.Errorf("the loss is %v at step %d of random images; the kernels are at fault (try PROTOBENCH_ISA=generic)", lap.Loss, i+1)
		}
		if i == warmUp {
			r.LossFirst = lap.Loss
		}
		if i >= warmUp {
			r.samples, r.LossLast = append(r.samples, seconds), lap.Loss
			laps.add(lap)
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
	return begun, nil
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
	if r.Winograd != defaultWinograd {
		what += fmt.Sprintf(", encoder.winograd = %d", r.Winograd)
	}
	if r.Precision != "float32" {
		what += ", " + r.Precision
	}
	text := fmt.Sprintf(`%s, %s, %d images × 2 views, %d prototypes, %s, %s
step    %.2f ms (median of %d, least %.2f): %.1f steps/s, %.0f images/s
work    %.2f GFLOP a step, %.1f GFLOP/s: %.1f %% of the %s peak of %.0f
loss    %.3f at first, %.3f at last
memory  %s
`,
		r.Encoder, what, r.Batch, r.Prototypes, r.ISA, wording.Count(r.Threads, "thread"),
		1e3*r.StepS, r.Steps, 1e3*r.StepMinS, 1/r.StepS, r.ImagesPerS,
		r.GFLOP, r.GFLOPPerS, 100*r.PeakShare, r.PeakISA, r.Peak,
		r.LossFirst, r.LossLast, r.memory())
	if r.stepOfViews != nil {
		text += r.stepOfViews.text()
	}
	if r.stepFloor != nil {
		text += r.stepFloor.text()
	}
	if r.stepOfArm != nil {
		text += r.stepOfArm.text()
	}
	text += opsText(r.Ops)
	if r.Roofline != nil {
		text += r.Roofline.text()
	}
	return text
}
