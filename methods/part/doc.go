// Package part is what all parts of a method have in common: the run that they are built for, the
// step that they see, the state that a resumed run needs, and the [Declaration] by which a part
// says what it is called, what it does, whose idea it is, which settings it has and which it reads,
// and what of them makes no sense.
//
// It knows no part by name: those stand in the folders of objective, in learner and in term, and what
// composes them in methods.
package part
