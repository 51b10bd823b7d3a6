package metrics

// declarations are the metrics, a line each, in the order of lists and tables.
func declarations() [][]Spec {
	return [][]Spec{
		uniqueSpecs(),
		uniqueCentredSpecs(),
		liveUniqueSpecs(),
		usageSpecs(),
		uniqueStudentSpecs(),
		displacementSpecs(),
		motionSpecs(),
		lossSpecs(),
		linearSpecs(),
		knnSpecs(),
		tailSpecs(),
		rankMeSpecs(),
		featureStdSpecs(),
		meanNormSpecs(),
		effectiveRankSpecs(),
		agreementSpecs(),
		nearestSpecs(),
		softUsageSpecs(),
		silhouetteSpecs(),
		lidarSpecs(),
		uniformitySpecs(),
		alignmentSpecs(),
	}
}
