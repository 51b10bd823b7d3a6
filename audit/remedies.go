package audit

// remediesFor are what a verdict's evidence supports.
func remediesFor(k Kind, m *Measures) []Remedy {
	switch k {
	case Partial:
		return []Remedy{
			{"learn the prototypes by a rule of their own, without the encoder's loss (an online mixture, as protobench's gmm learner)", "Arteaga et al. 2025"},
			{"push each prototype off its nearest neighbour by KoLeo on the prototypes; its weight has to be found", "Govindarajan et al. 2024"},
			{"read usage beside it (--features): a network whose prototypes are copies has as many targets as groups", "Arteaga et al. 2025, definition 2.1"},
		}
	case Total:
		return []Remedy{
			{"check that the teacher's temperature is below the student's: flatter targets than predictions end in uniform ones", "facebookresearch/dino issue 61"},
			{"check that student and teacher are two objects: one object under both names learns nothing", "facebookresearch/dinov2 issue 407"},
			{"check that embeddings are L2-normalised before scores, and that targets are centred or balanced", "facebookresearch/swav issue 67"},
		}
	case Untrained:
		return []Remedy{
			{"check that the prototypes are among the optimizer's parameters and are not detached, and that they are frozen for as long as was meant: " +
				"steps and epochs are mistaken for each other", "lightly issue 1586"},
		}
	case Dead:
		if m.NotFinite > 0 {
			return []Remedy{{"find the first step with NaN or Inf in the log (--log): Sinkhorn's exp overflows on embeddings without L2, KoLeo on two equal images",
				"facebookresearch/swav issue 67, facebookresearch/dinov2 issue 314"}}
		}
		return []Remedy{
			{"take fewer prototypes, or a batch (or queue) that is not far below their number", "facebookresearch/swav issue 42"},
			{"add mean-entropy maximisation, or re-seed dead prototypes at badly covered images", "Assran et al. 2022"},
		}
	case Offset:
		return []Remedy{{"none is needed for the prototypes: judge them centred; centring the embeddings takes the offset off", "metrics unique_centred"}}
	}
	return nil
}
