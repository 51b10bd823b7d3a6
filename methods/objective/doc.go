// Package objective says what an objective is, the way in which scores become targets and a loss,
// and has what all of them share: the layout of a batch's [Views], and the [Head], which puts scores,
// codes and loss on the embeddings of one learner. Begin at objective.go, then head.go.
//
// The objectives themselves stand in the folders below, by what their targets are made of:
// clustering, distillation and prototypefree. Each is declared in its own file (name, doc, source,
// settings, [Traits], what it reads and refuses, its paper's recipe, constructor) and has its line in
// package methods. Whoever asks what an objective needs asks its traits, never its name. Most
// objectives do not know how their prototypes are learned; those that own them ([Owner]) bring the
// learner, which stands beside them.
package objective
