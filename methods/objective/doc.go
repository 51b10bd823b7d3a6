// Package objective has the ways in which scores become targets and a loss, one file each (or a few
// with a common beginning), and what they share: the layout of a batch's views and the [Head],
// which puts scores, codes and loss on the embeddings of one learner.
//
// An objective is declared in its own file (name, doc, source, settings, [Traits], what it reads
// and refuses, its paper's recipe, constructor) and listed in [Declarations]. Whoever asks what an
// objective needs asks its traits, never its name. Most objectives do not know how their prototypes
// are learned; those that own them ([Owner]) bring the learner, which stands beside them here.
package objective
