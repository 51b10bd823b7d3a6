// Package distillation has the objectives whose student predicts what a teacher, its moving average,
// says of another view: centred and sharpened (dino.go, with von Mises-Fisher scores in dino_vmf.go),
// of hidden patches too (ibot.go), or sharpened with a term that keeps the mean prediction spread
// (msn.go; pmsn.go has it follow a prior). Begin at dino.go, which ibot.go is made of.
package distillation
