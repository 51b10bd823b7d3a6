package distillation

import (
	"slices"

	"protobench/encoders/optim"
	"protobench/internal/setting"
	"protobench/methods/objective"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// IBOT holds the keys of the [ibot] table (Zhou et al. 2022; defaults of the official code, the
// temperatures dino's).
type IBOT struct {
	Share              float64 `key:"mask_share" default:"0.5" range:"[0,1]" doc:"share of the views in which patches are hidden from the student"`
	Ratio              float64 `key:"mask_ratio" default:"0.3" range:"(0,1)" needs:"ibot.mask_share!=0" doc:"mean part of the patches that is hidden there"`
	Spread             float64 `key:"mask_spread" default:"0.2" range:"[0,1)" needs:"ibot.mask_share!=0" doc:"that part is uniform within mask_ratio ± this"`
	Shape              string  `key:"mask_shape" default:"block" in:"block|random" needs:"ibot.mask_share!=0" doc:"hide rectangles, or single patches"`
	ClassWeight        float64 `key:"class_weight" default:"1" range:"[0,)" hash:"set" config:"set" doc:"weight λ₁ of the class token's loss"`
	Start              int     `key:"patch_start_epoch" default:"0" range:"[0,)" hash:"set" config:"set" needs:"ibot.mask_share!=0" doc:"epoch from which patches are hidden; their teacher temperature begins to rise there"`
	Weight             float64 `key:"patch_weight" default:"1" range:"[0,)" needs:"ibot.mask_share!=0" doc:"weight λ₂ of the hidden patches' loss"`
	TeacherTemperature float64 `key:"patch_teacher_temperature" default:"0.04" range:"(0,10]" least:"0.001" needs:"ibot.mask_share!=0,ibot.patch_weight!=0" doc:"teacher temperature for patches after warm-up"`
	WarmupTemperature  float64 `key:"patch_warmup_teacher_temperature" default:"0.04" range:"(0,10]" least:"0.001" needs:"ibot.mask_share!=0,ibot.patch_weight!=0,dino.warmup_teacher_epochs!=0" doc:"teacher temperature for patches at the start; it rises over dino.warmup_teacher_epochs"`
	CenterMomentum     float64 `key:"patch_center_momentum" default:"0.9" range:"[0,1]" needs:"ibot.mask_share!=0,ibot.patch_weight!=0" doc:"EMA momentum of the patches' center"`
}

// DeclareIBOT declares [ibot].
func DeclareIBOT() objective.Declaration {
	return objective.Declaration{
		Declaration: part.Declaration{
			Name: "ibot", Doc: "dino, and the same loss on patches that the student does not see, with one projector and one set of prototypes for both (vit)", Source: "Zhou et al. 2022",
			Table: setting.Of[IBOT]("ibot").OwnedBy("ibot"),
			Reads: []string{
				"loss.temperature", "prototypes.count", "prototypes.init", "dino.teacher_temperature", "dino.warmup_teacher_temperature",
				"dino.warmup_teacher_epochs", "dino.center_momentum",
			},
			Warn: func(c part.Config) []setting.Warning {
				own, patches := setting.Read[IBOT](c.Settings, "ibot"), []setting.Warning(nil)
				if own.Share > 0 && own.Weight > 0 {
					patches = objective.WarmerThanStudent(c, "ibot.patch_teacher_temperature", "centred targets of patches that are flatter than predictions become uniform")
				}
				return append(hotTeacher(c), patches...)
			},
			Onsets: func(c part.Config) []part.Onset {
				own := setting.Read[IBOT](c.Settings, "ibot")
				return slices.Concat(teacherWarmup(c), own.begin(), own.warmup(c))
			},
		},
		Traits: func(v setting.Values) objective.Traits {
			return objective.Traits{Targets: part.Teacher, WeightNorm: true, Temperature: v.Float("loss.temperature"), Scores: true, Crops: true, Patches: true}
		},
		New:      func(c part.Config, v objective.Views, d int) objective.Objective { return newIBOT(c, v, d) },
		Faithful: faithfulIBOT,
	}
}

// ibot is [dino] on a student that sees its views with some patches hidden, plus the same loss on
// those patches (Zhou et al. 2022, eq. 2-3): at each hidden patch the student predicts the
// teacher's centred and sharpened assignment of that patch, which the teacher sees. Class tokens
// and patches share projector and prototypes (the shared head of the paper's runs) and have a
// center each. Learners see class tokens alone.
type ibot struct {
	*dino
	patches *patches
	weight  float32 // λ₁
}

func newIBOT(cfg part.Config, v objective.Views, d int) *ibot {
	own, dino, k := setting.Read[IBOT](cfg.Settings, "ibot"), setting.Read[DINO](cfg.Settings, "dino"), cfg.Settings.Int("prototypes.count")
	dino.Targets, dino.Scores = "centering", "cosine" // settings that dino alone has
	p := newPatches(own, dino, k, d, v.Global*v.Images, cfg.Encoder.Patches(cfg.Input))
	p.temperature = cfg.Settings.Float("loss.temperature")
	return &ibot{newDINO(dino, v, k), p, float32(own.ClassWeight)}
}

func (o *ibot) Loss(h *objective.Head, s, targets *G.Node) (*G.Node, error) {
	return h.WeightedCrossEntropy(s, targets, o.weight)
}

func (o *ibot) After(in objective.CodeInput) {
	o.dino.After(in)
	o.patches.moveCenter()
}

func (o *ibot) State(prefix string) []part.Named {
	return append(o.dino.State(prefix), part.F32Of(prefix+"patch_center", o.patches.center))
}

// Hidden returns the loss of hidden patches.
func (o *ibot) Hidden() objective.Patches { return o.patches }

// begin is the onset of hidden patches.
func (s IBOT) begin() []part.Onset {
	if s.Start == 0 {
		return nil
	}
	return []part.Onset{{Key: "ibot.patch_start_epoch", Epoch: float64(s.Start), Missed: "no patch is ever hidden, so that the method is dino"}}
}

// warmup is the onset of the patches' teacher temperature after its warm-up.
func (s IBOT) warmup(c part.Config) []part.Onset {
	return objective.RampOnset(c, "dino.warmup_teacher_epochs", "patches' teacher temperature", patchRamp(s, setting.Read[DINO](c.Settings, "dino")), s.Start)
}

func patchRamp(s IBOT, d DINO) optim.Ramp {
	return optim.Ramp{Start: s.WarmupTemperature, End: s.TeacherTemperature, Warmup: d.WarmupEpochs}
}

// faithfulIBOT is Zhou et al. 2022's: DINO's, with the patches' temperature rising like the class
// token's.
func faithfulIBOT(t part.Train) map[string]any {
	keys := faithfulDINO(t)
	keys["ibot.patch_warmup_teacher_temperature"], keys["ibot.patch_teacher_temperature"] = 0.04, 0.07
	keys["ibot.patch_center_momentum"], keys["ibot.patch_weight"] = 0.9, 1.0
	keys["ibot.class_weight"], keys["ibot.patch_start_epoch"] = 1.0, 0
	keys["ibot.mask_share"], keys["ibot.mask_ratio"], keys["ibot.mask_spread"], keys["ibot.mask_shape"] = 0.5, 0.3, 0.2, "block"
	return keys
}
