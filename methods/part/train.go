package part

import (
	"math"

	"protobench/encoders"
	"protobench/encoders/optim"
)

// Train holds the keys of the sweep's [train] table.
type Train struct {
	Epochs        int     `key:"epochs" also:"steps,max_steps,max_epochs,num_epochs,n_epochs" default:"20" range:"[1,)" doc:"passes over the training images"`
	Batch         int     `key:"batch" also:"batch_size,bs,batchsize" default:"128" range:"[2,)" doc:"images per step; each gives two views"`
	LocalCrops    int     `key:"local_crops" default:"0" range:"[0,64]" hash:"set" doc:"local crops per image beside its two views (multi-crop): the student alone sees them and predicts the views' targets"`
	LocalSize     int     `key:"local_size" default:"0" range:"[0,)" read:"local-crops" doc:"side of a local crop in pixels (0: half of the image's sides)"`
	Optimizer     string  `key:"optimizer" default:"adamw" in:"adamw|sgd|lars|adam" doc:"optimizer of encoder and joint prototypes (adam: weight decay as a part of the gradient)"`
	LR            float64 `key:"lr" also:"learning_rate,learningrate,base_lr,max_lr" default:"0.002" range:"(0,)" doc:"peak learning rate"`
	FinalLR       float64 `key:"final_lr" default:"0" range:"[0,)" doc:"learning rate at the end of the cosine"`
	Warmup        float64 `key:"warmup" also:"warmup_epochs,warmup_steps" default:"0.1" range:"[0,1)" doc:"share of the steps with linearly rising learning rate"`
	WeightDecay   float64 `key:"weight_decay" also:"wd" default:"0.0001" range:"[0,)" doc:"weight decay of weights (never of biases and norms)"`
	DecayRise     float64 `key:"weight_decay_rise" default:"1" range:"[0,)" hash:"set" needs:"train.weight_decay!=0|prototypes.weight_decay!=0" doc:"weight decay at the end of its cosine, as a multiple of that at the start (DINO: 10)"`
	Momentum      float64 `key:"momentum" default:"0.9" range:"[0,1)" read:"sgd,lars" doc:"momentum of SGD and LARS"`
	Nesterov      bool    `key:"nesterov" default:"false" read:"sgd" hash:"set" doc:"Nesterov momentum"`
	Clip          float64 `key:"clip" also:"clip_grad,grad_clip,gradient_clip" default:"0" range:"[0,)" hash:"set" doc:"largest Euclidean norm of each parameter's gradient (0: no clipping)"`
	Precision     string  `key:"precision" default:"float32" in:"float32|bf16" hash:"set" config:"set" doc:"operands of the encoder's products in training: float32, or rounded to bf16 and summed in float32 (twice the rate on processors with AVX512_BF16; others refuse it)"`
	LARS          string  `key:"lars_convention" default:"solo-learn" in:"solo-learn|dino" read:"lars" doc:"LARS scales a layer's step by |w| / (|g| + decay·|w|), or by |w| / |g + decay·w|"`
	LARSEta       float64 `key:"lars_eta" default:"0.02" range:"(0,)" read:"lars" doc:"trust coefficient of LARS (solo-learn on CIFAR: 0.02; DINO: 0.001)"`
	LARSClip      bool    `key:"lars_clip" default:"true" read:"lars" doc:"never let LARS raise a layer's rate above the learning rate (DINO: false)"`
	LARSExclude   bool    `key:"lars_exclude" default:"true" read:"lars" doc:"leave biases and norms out of LARS's scaling and weight decay"`
	Teacher       float64 `key:"teacher_momentum" also:"ema,ema_decay,ema_momentum" default:"0.99" range:"[0,1]" doc:"EMA momentum of the teacher at the start"`
	TeacherEnd    float64 `key:"teacher_momentum_end" default:"0.99" range:"[0,1]" doc:"EMA momentum of the teacher at the end"`
	EncoderEpochs float64 `key:"encoder_epochs" default:"0" range:"[-1,)" hash:"set" config:"set" doc:"epochs at the start in which backbone and projector learn, while prototypes go on (0: to the end; -1: none, they stay as they start)"`
	TeacherCurve  string  `key:"teacher_momentum_curve" default:"cosine" in:"cosine|linear" hash:"set" config:"set" doc:"how the teacher's momentum goes from start to end (MSN: linear)"`
}

// BF16 reports whether the encoder's products in training are those of bf16.
func (t Train) BF16() bool { return t.Precision == "bf16" }

// Local returns the shape of the local crops of images of a shape.
func (t Train) Local(in encoders.Input) encoders.Input {
	if t.LocalSize > 0 {
		return encoders.Input{Height: t.LocalSize, Width: t.LocalSize, Channels: in.Channels}
	}
	return encoders.Input{Height: max(1, in.Height/2), Width: max(1, in.Width/2), Channels: in.Channels}
}

// EncoderLearns reports whether a step at an epoch changes backbone and projector.
func (t Train) EncoderLearns(epoch float64) bool {
	return t.EncoderEpochs == 0 || epoch < t.EncoderEpochs
}

// TeacherMomentum is the teacher's momentum over the steps of a run.
func (t Train) TeacherMomentum(steps int) optim.Schedule {
	if t.TeacherCurve == "linear" {
		return optim.Line{Start: t.Teacher, End: t.TeacherEnd, Total: steps}
	}
	return optim.Cosine{Base: t.Teacher, Final: t.TeacherEnd, Total: steps}
}

// ScaledLR is a learning rate for 256 images per step at this run's batch (Goyal et al. 2017).
func (t Train) ScaledLR(lr float64) float64 { return lr * float64(t.Batch) / 256 }

// EpochShare is a share of the run in whole epochs.
func (t Train) EpochShare(share float64) int { return int(math.Round(share * float64(t.Epochs))) }
