// Package logistic fits multinomial logistic regressions with an L2 penalty: the objective
// (crossentropy.go), its minimiser (lbfgs.go, linesearch.go), the coordinates that make it converge
// fast (standardise.go, rotate.go; reflect.go and leading.go for wide features), the training set in them (problem.go) and the fitted model.
//
// It is numerics alone, to be read beside Nocedal and Wright. How a strength is chosen, what is
// held out for that, and what a probe says when it has no result is the linear probe's, in package
// probe.
package logistic
