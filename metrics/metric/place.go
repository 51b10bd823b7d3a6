package metric

// Subject is what a metric is a property of.
type Subject string

// The subjects.
const (
	OfPrototypes Subject = "prototypes" // one learner's, with the images' scores
	OfFeatures   Subject = "features"   // one branch's
	OfTraining   Subject = "training"
)

// Branch names the set of weights that features are of.
type Branch string

// The branches.
const (
	Teacher Branch = "teacher"
	Student Branch = "student"
)

// When is the occasion at which a metric is measured.
type When string

// The occasions.
const (
	AtEnd   When = "end"            // of every cell, on all images
	OnCurve When = "curve"          // over training, and at the end of every cell
	Extra   When = "evaluate.extra" // at the end of cells that ask for more with this key
)

// Table is one of the report's tables.
type Table string

// The tables in which a metric can have a column.
const (
	MainTable     Table = "main"             // metrics of prototypes stand in the observers' table as well
	BriefTable    Table = "brief"            // the main table's short form for a terminal
	MatchedTable  Table = "matched settings" // differences to the joint arm with the same embedding, start and re-seeding
	FeaturesTable Table = "features"
	GeometryTable Table = "geometry"
)

// TailBy is what parts the classes of a long-tailed set.
type TailBy string

// TailBy's values. ByThirds, also where none is named, takes thirds of the classes (head first; a
// remainder goes to head, then medium, of two classes to head and tail; equal counts in class
// order). ByCounts takes the field's thresholds: more than 100 training images, 20 to 100, fewer
// than 20 (Liu et al. 2019, "Large-scale long-tailed recognition in an open world").
const (
	ByThirds TailBy = "thirds"
	ByCounts TailBy = "counts"
)
