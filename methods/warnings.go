package methods

import (
	"fmt"
	"math"
	"slices"

	"protobench/encoders"
)

// Warnings says what a run of this length leaves out though its settings ask for it: parts that would start, and warm-ups that would
// end, after its last step. Such a run is sound, but it is not what its method's name promises. Each text starts with the setting.
func (c Config) Warnings() []string {
	var out []string
	for _, s := range c.starts() {
		if s.epoch >= float64(c.Train.Epochs) {
			out = append(out, fmt.Sprintf("%s = %v, train.epochs = %d: %s", s.key, s.value, c.Train.Epochs, s.missed))
		}
	}
	return append(out, c.unfilled()...)
}

// onset is a setting that lets something begin, or be complete, some epochs into the run.
type onset struct {
	key    string
	value  any
	epoch  float64 // at its beginning, of the first epoch with it
	missed string  // what a run that ends before lacks
}

func (c Config) starts() []onset {
	s, parts := c.Settings, c.Composition.Parts()
	var out []onset
	if s.SwAV.Queue > 0 && c.Composition.Objective == "swav" {
		out = append(out, onset{"swav.queue_start", s.SwAV.QueueStart, s.SwAV.QueueStart, "the queue never takes part in the codes"})
	}
	if c.Composition.Objective == "pcl" { // the first clustering is that of the second epoch at the earliest
		out = append(out, onset{
			"pcl.warmup_epochs", s.PCL.WarmupEpochs, max(1, math.Ceil(s.PCL.WarmupEpochs)),
			"the prototypes never take part, InfoNCE alone is trained",
		})
	}
	if c.Composition.Objective == "sela" {
		out = append(out, onset{"sela.relabel_epochs", s.SeLa.RelabelEpochs, c.epochOf(s.SeLa.relabelSteps(c.StepsPerEpoch)), "the first labels, of the initial network, stay"})
	}
	if n := s.SMoG.ResetSteps; n > 0 && c.Composition.Objective == "smog" { // after the n-th step
		out = append(out, onset{"smog.reset_steps", n, c.epochOf(n - 1), fmt.Sprintf("the groups are never clustered anew in %d steps", c.steps())})
	}
	if slices.Contains(parts, "joint") {
		out = append(out, c.within("joint", onset{"prototypes.freeze_epochs", s.Prototypes.Freeze, s.Prototypes.Freeze, "the joint learner's prototypes never move"}))
	}
	if slices.Contains(parts, "gmm") && s.GMM.AnnealStart < 1 {
		out = append(out, c.within("gmm", onset{"gmm.anneal_epochs", s.GMM.AnnealEpochs, s.GMM.AnnealEpochs, "the responsibilities' power does not reach 1"}))
	}
	return append(out, c.ramps()...)
}

// epochOf is the time of a step in epochs.
func (c Config) epochOf(step int) float64 { return float64(step) / float64(max(1, c.StepsPerEpoch)) }

// within puts an onset that comes after the last phase of its learner off for ever.
func (c Config) within(learner string, o onset) onset {
	if o.epoch >= c.phaseEnd(learner) {
		o.epoch = float64(c.Train.Epochs)
	}
	return o
}

// phaseEnd is the epoch at which the last phase of a learner in a schedule ends: the run's end for the schedule's last one, and for
// learners that are in none.
func (c Config) phaseEnd(learner string) float64 {
	end := float64(c.Train.Epochs)
	phases, _ := Phases(c.Composition.Learner) // an error is Validate's to report
	for _, p := range phases {
		if p.Learner != learner {
			continue
		}
		if end = p.Until; end == 0 {
			return float64(c.Train.Epochs)
		}
	}
	return end
}

// ramps are the warm-ups of teacher temperatures.
func (c Config) ramps() []onset {
	s, o := c.Settings, c.Composition.Objective
	ramps := []struct {
		key, what  string
		objectives []string
		encoders.Ramp
	}{
		{"dino.warmup_teacher_epochs", "teacher temperature", []string{"dino", "ibot"}, dinoRamp(s.DINO)},
		{"dino.warmup_teacher_epochs", "patches' teacher temperature", []string{"ibot"}, patchRamp(s.IBOT, s.DINO)},
		{"massl.warmup_teacher_epochs", "teacher temperature", []string{"massl"}, masslRamp(s.MaSSL)},
	}
	var out []onset
	for _, r := range ramps {
		if r.Warmup == 0 || r.Start == r.End || !slices.Contains(r.objectives, o) {
			continue
		}
		out = append(out, onset{
			r.key, r.Warmup, float64(max(r.Warmup-1, 1)), // the last epoch of a warm-up has its end already
			fmt.Sprintf("the %s ends at %.3g, short of %g", r.what, r.At(c.Train.Epochs-1), r.End),
		})
	}
	return out
}

// unfilled is a queue that takes more steps to fill than the run has.
func (c Config) unfilled() []string {
	s := c.Settings.SwAV
	if steps := c.steps(); c.Composition.Objective == "swav" && s.QueueStart < float64(c.Train.Epochs) && steps > 0 && s.Queue > (steps-1)*c.Train.Batch {
		return []string{fmt.Sprintf("swav.queue = %d: it is never full in %d steps of %d images, and never takes part in the codes", s.Queue, steps, c.Train.Batch)}
	}
	return nil
}
