package clustering

import (
	"fmt"
	"slices"

	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"
	"protobench/methods/sinkhorn"

	G "gorgonia.org/gorgonia"
)

// SwAV holds the keys of the [swav] table (Caron et al. 2020).
type SwAV struct {
	Epsilon    float64 `key:"epsilon" default:"0.05" range:"(0,10]" least:"0.0115" doc:"entropy of the Sinkhorn-Knopp codes"`
	Iterations int     `key:"iterations" default:"3" range:"[1,100]" doc:"Sinkhorn-Knopp iterations"`
	Queue      int     `key:"queue" default:"0" range:"[0,)" doc:"past embeddings per view that take part in the codes"`
	QueueStart float64 `key:"queue_start" default:"1" range:"[0,)" needs:"swav.queue!=0" doc:"epoch from which the queue is used"`
	Targets    string  `key:"targets" default:"student" in:"student|teacher" doc:"branch whose embeddings give the codes"`
}

// DeclareSwAV declares [swav].
func DeclareSwAV() objective.Declaration {
	return objective.Declaration{
		Declaration: part.Declaration{
			Name: "swav", Doc: "swapped prediction of balanced codes (Sinkhorn-Knopp), with an optional queue", Source: "Caron et al. 2020",
			Table: setting.Of[SwAV]("swav").OwnedBy("swav"), Reads: []string{"loss.temperature", "prototypes.count", "prototypes.init"},
			Onsets: func(c part.Config) []part.Onset {
				s := setting.Read[SwAV](c.Settings, "swav")
				if s.Queue == 0 {
					return nil
				}
				return []part.Onset{{Key: "swav.queue_start", Epoch: s.QueueStart, Missed: "the queue never takes part in the codes"}}
			},
			Warn: func(c part.Config) []setting.Warning {
				queue := c.Settings.Int("swav.queue")
				return slices.Concat(unfilledQueue(c), objective.LongQueue(c, "swav.queue"), objective.ThinCodes(c, c.Train.Batch+queue))
			},
		},
		Traits: func(v setting.Values) objective.Traits {
			return objective.Traits{Targets: part.BranchOf(v.Text("swav.targets")), Temperature: v.Float("loss.temperature"), Scores: true, Crops: true}
		},
		New: func(c part.Config, v objective.Views, d int) objective.Objective {
			return newSwAV(setting.Read[SwAV](c.Settings, "swav"), v, c.Settings.Int("prototypes.count"), d)
		},
		Faithful: faithfulSwAV,
	}
}

// unfilledQueue warns of a queue that takes more steps to fill than the run has.
func unfilledQueue(c part.Config) []setting.Warning {
	s, steps := setting.Read[SwAV](c.Settings, "swav"), c.Steps()
	if s.QueueStart >= float64(c.Train.Epochs) || steps == 0 || s.Queue <= (steps-1)*c.Train.Batch {
		return nil
	}
	return []setting.Warning{{Key: "swav.queue", Text: fmt.Sprintf("swav.queue = %d: it is never full in %d steps of %d images, and never takes part in the codes", s.Queue, steps, c.Train.Batch)}}
}

// swav predicts one view's code from the other (Caron et al. 2020, eq. 1-2): codes are the scores
// of one branch balanced by [sinkhorn.Sinkhorn], joined with the scores of a queue of past
// embeddings once that is full and its epoch has come.
type swav struct {
	objective.Unchanging
	SwAV
	v      objective.Views
	k, d   int
	queues []*learner.Past // one for each global crop, newest first
	joined []float32
}

func newSwAV(s SwAV, v objective.Views, k, d int) *swav {
	o := &swav{SwAV: s, v: v, k: k, d: d}
	for range v.Global {
		o.queues = append(o.queues, learner.NewPast(s.Queue, d))
	}
	o.joined = make([]float32, (s.Queue+v.Images)*k)
	return o
}

func (o *swav) Loss(h *objective.Head, s, targets *G.Node) (*G.Node, error) {
	return h.CrossEntropy(s, targets)
}

// inUse reports whether the queue takes part in the codes.
func (o *swav) inUse(epoch float64) bool {
	return o.Queue > 0 && epoch >= o.QueueStart && o.queues[0].Count() == o.Queue
}

func (o *swav) Codes(q []float32, in objective.CodeInput) {
	n := o.v.Images * o.k
	for g := range o.v.Global {
		own := in.Scores[g*n:][:n]
		if !o.inUse(in.Epoch) {
			sinkhorn.Sinkhorn(in.Team, q[g*n:][:n], own, o.v.Images, o.k, o.Epsilon, o.Iterations)
			continue
		}
		past := o.Queue * o.k
		kernel.InnerProducts(in.Team, o.joined[:past], o.queues[g].Value, in.Prototypes, o.Queue, o.d, o.k)
		copy(o.joined[past:], own)
		sinkhorn.Sinkhorn(in.Team, o.joined, o.joined, o.Queue+o.v.Images, o.k, o.Epsilon, o.Iterations)
		copy(q[g*n:][:n], o.joined[past:])
	}
}

// After puts the batch's embeddings in front of the queues; the oldest drop out.
func (o *swav) After(in objective.CodeInput) {
	if o.Queue == 0 {
		return
	}
	for g, q := range o.queues {
		q.PushFront(in.Z[g*o.v.Images*o.d:][:o.v.Images*o.d])
	}
}

func (o *swav) State(prefix string) []part.Named {
	var out []part.Named
	for g, q := range o.queues {
		out = append(out, q.State(fmt.Sprintf("%squeue%d.", prefix, g))...)
	}
	return out
}

// faithfulSwAV is Caron et al. 2020 at batch 256 (official swav_400ep_bs256 recipe; LARS as
// solo-learn has it on small images): no warm-up, prototypes frozen for an epoch, a queue of 15
// batches from epoch 15 on.
func faithfulSwAV(t part.Train) map[string]any {
	return map[string]any{
		"encoder.projector": "bn-relu", "encoder.hidden": 2048, "encoder.dim": 128,
		"train.optimizer": "lars", "train.lars_convention": "solo-learn", "train.lars_eta": 0.02, "train.lars_clip": true, "train.lars_exclude": true,
		"train.momentum": 0.9, "train.lr": t.ScaledLR(0.6), "train.final_lr": t.ScaledLR(0.0006), "train.warmup": 0.0,
		"train.weight_decay": 1e-6, "train.weight_decay_rise": 1.0, "train.clip": 0.0,
		"loss.temperature": 0.1, "prototypes.freeze_epochs": 1.0, "prototypes.lr_mult": 1.0, "prototypes.weight_decay": 1e-6,
		"swav.epsilon": 0.05, "swav.iterations": 3, "swav.queue": 15 * t.Batch, "swav.queue_start": 15.0, "swav.targets": "student",
	}
}

// Assign balances the images' codes among themselves, without the queue.
func (o *swav) Assign(q []float32, in objective.CodeInput) bool {
	sinkhorn.Sinkhorn(in.Team, q, in.Scores, len(in.Scores)/o.k, o.k, o.Epsilon, o.Iterations)
	return true
}
