package methods

import (
	"protobench/encoders"
)

// ibot is [dino] on a student that sees its views with some patches hidden, plus the same loss on those patches (Zhou et al. 2022,
// eq. 2-3): at each hidden patch the student predicts the teacher's centred and sharpened assignment of that patch, which the teacher
// sees. Class tokens and patches share projector and prototypes (the shared head of the paper's runs) and have a center each.
// Learners see class tokens alone.
type ibot struct {
	*dino
	patches *patches
}

func newIBOT(cfg Config, v views, d int) *ibot {
	s := cfg.Settings
	s.DINO.Targets, s.DINO.Scores = "centering", "cosine" // settings that dino alone has
	p := newPatches(s.IBOT, s.DINO, s.Prototypes.Count, d, v.global*v.images, cfg.Encoder.Patches(cfg.Input))
	p.temperature = s.Loss.Temperature
	return &ibot{newDINO(s.DINO, v, s.Prototypes.Count), p}
}

func (o *ibot) after(in codeInput) {
	o.dino.after(in)
	o.patches.learn()
}

func (o *ibot) state(prefix string) []Named {
	return append(o.dino.state(prefix), f32(prefix+"patch_center", o.patches.center))
}

// patchesOf returns the patch part of an objective, or nil.
func patchesOf(o objective) *patches {
	if i, ok := o.(*ibot); ok {
		return i.patches
	}
	return nil
}

func patchRamp(s IBOT, d DINO) encoders.Ramp {
	return encoders.Ramp{Start: s.WarmupTemperature, End: s.TeacherTemperature, Warmup: d.WarmupEpochs}
}
