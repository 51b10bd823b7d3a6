package methods

// Composition says what an arm is made of: the axes on which methods differ.
type Composition struct {
	Name         string   // as tables show it
	Objective    string   // swav, dino, ibot, carp, msn
	Learner      string   // joint, frozen, gmm, kmeans, ema, hyperspherical
	Regularizers []string // koleo-prototypes, koleo-features, me-max, orthogonality, repulsion
	Embedding    string   // plain, centred
	Observers    []string // learners that see the same embeddings and feed nothing back
}

// Train holds the keys of the sweep's [train] table.
type Train struct {
	Epochs      int     `key:"epochs" default:"20" range:"[1,)" doc:"passes over the training images"`
	Batch       int     `key:"batch" default:"128" range:"[2,)" doc:"images per step; each gives two views"`
	LocalCrops  int     `key:"local_crops" default:"0" range:"[0,64]" hash:"set" doc:"local crops per image beside its two views (multi-crop): the student alone sees them and predicts the views' targets"`
	LocalSize   int     `key:"local_size" default:"0" range:"[0,)" read:"local-crops" doc:"side of a local crop in pixels (0: half of the image's sides)"`
	Optimizer   string  `key:"optimizer" default:"adamw" in:"adamw|sgd|lars|adam" doc:"optimizer of encoder and joint prototypes (adam: weight decay as a part of the gradient)"`
	LR          float64 `key:"lr" default:"0.002" range:"(0,)" doc:"peak learning rate"`
	FinalLR     float64 `key:"final_lr" default:"0" range:"[0,)" doc:"learning rate at the end of the cosine"`
	Warmup      float64 `key:"warmup" default:"0.1" range:"[0,1)" doc:"share of the steps with linearly rising learning rate"`
	WeightDecay float64 `key:"weight_decay" default:"0.0001" range:"[0,)" doc:"weight decay of weights (never of biases and norms)"`
	DecayRise   float64 `key:"weight_decay_rise" default:"1" range:"[0,)" hash:"set" doc:"weight decay at the end of its cosine, as a multiple of that at the start (DINO: 10)"`
	Momentum    float64 `key:"momentum" default:"0.9" range:"[0,1)" read:"sgd,lars" doc:"momentum of SGD and LARS"`
	Nesterov    bool    `key:"nesterov" default:"false" read:"sgd" hash:"set" doc:"Nesterov momentum"`
	Clip        float64 `key:"clip" default:"0" range:"[0,)" hash:"set" doc:"largest Euclidean norm of each parameter's gradient (0: no clipping)"`
	LARS        string  `key:"lars_convention" default:"solo-learn" in:"solo-learn|dino" read:"lars" doc:"LARS scales a layer's step by |w| / (|g| + decay·|w|), or by |w| / |g + decay·w|"`
	LARSEta     float64 `key:"lars_eta" default:"0.02" range:"(0,)" read:"lars" doc:"trust coefficient of LARS (solo-learn on CIFAR: 0.02; DINO: 0.001)"`
	LARSClip    bool    `key:"lars_clip" default:"true" read:"lars" doc:"never let LARS raise a layer's rate above the learning rate (DINO: false)"`
	LARSExclude bool    `key:"lars_exclude" default:"true" read:"lars" doc:"leave biases and norms out of LARS's scaling and weight decay"`
	Teacher     float64 `key:"teacher_momentum" default:"0.99" range:"[0,1]" doc:"EMA momentum of the teacher at the start"`
	TeacherEnd  float64 `key:"teacher_momentum_end" default:"0.99" range:"[0,1]" doc:"EMA momentum of the teacher at the end of its cosine"`
}

// Settings holds the tables that a composition's parts read.
type Settings struct {
	Loss       Loss       `key:"loss"`
	Prototypes Prototypes `key:"prototypes"`
	SwAV       SwAV       `key:"swav"`
	DINO       DINO       `key:"dino"`
	CARP       CARP       `key:"carp"`
	MSN        MSN        `key:"msn"`
	IBOT       IBOT       `key:"ibot"`
	GMM        GMM        `key:"gmm"`
	KMeans     KMeans     `key:"kmeans"`
	EMA        EMA        `key:"ema"`

	Hyperspherical Hyperspherical `key:"hyperspherical"`

	KoLeo         KoLeo         `key:"koleo-prototypes"`
	KoLeoFeatures KoLeoFeatures `key:"koleo-features"`
	MeMax         MeMax         `key:"me-max"`
	Orthogonality Orthogonality `key:"orthogonality"`
	Repulsion     Repulsion     `key:"repulsion"`

	Centring Centring `key:"centring"`
}

// Loss holds what every objective's loss shares.
type Loss struct {
	Temperature float64 `key:"temperature" default:"0.1" range:"(0,10]" read:"swav,dino,msn,ibot" doc:"student temperature (msn: of both branches)"`
}

// Prototypes holds what every learner shares.
type Prototypes struct {
	Count       int     `key:"count" default:"256" range:"[2,)" doc:"number of prototypes K"`
	LRMult      float64 `key:"lr_mult" default:"1" range:"[0,)" read:"joint" doc:"prototypes' learning rate as a multiple of train.lr"`
	Decay       float64 `key:"weight_decay" default:"0" range:"[0,)" read:"joint" doc:"weight decay of the prototypes"`
	Norm        float64 `key:"norm" default:"1" range:"(0,)" read:"joint" hash:"set" doc:"length of joint prototypes at the start, where the objective is weight-normalised or uses it (DINO: 0.58; shorter ones turn faster)"`
	Freeze      float64 `key:"freeze_epochs" default:"0" range:"[0,)" read:"joint" doc:"epochs at the start in which joint prototypes get no update"`
	Init        string  `key:"init" default:"random" in:"random|data" doc:"start: random unit vectors, or teacher embeddings of training images (observers: always random)"`
	ReseedBelow float64 `key:"reseed_below" default:"0.02" range:"[0,1]" read:"joint,gmm,kmeans,ema" doc:"a prototype is re-seeded when its running share of the assignments falls below this part of 1/K"`
	Reseed      bool    `key:"reseed" default:"false" read:"joint,gmm,kmeans,ema" doc:"move prototypes that nothing is assigned to onto badly covered embeddings (never in observers)"`
}

// SwAV holds the keys of the [swav] table (Caron et al. 2020).
type SwAV struct {
	Epsilon    float64 `key:"epsilon" default:"0.05" range:"(0,10]" read:"swav" doc:"entropy of the Sinkhorn-Knopp codes"`
	Iterations int     `key:"iterations" default:"3" range:"[1,100]" read:"swav" doc:"Sinkhorn-Knopp iterations"`
	Queue      int     `key:"queue" default:"0" range:"[0,)" read:"swav" doc:"past embeddings per view that take part in the codes"`
	QueueStart float64 `key:"queue_start" default:"1" range:"[0,)" read:"swav" doc:"epoch from which the queue is used"`
	Targets    string  `key:"targets" default:"student" in:"student|teacher" read:"swav" doc:"branch whose embeddings give the codes"`
}

// DINO holds the keys of the [dino] table (Caron et al. 2021).
type DINO struct {
	Targets            string  `key:"targets" default:"centering" in:"centering|sinkhorn" read:"dino" doc:"how teacher scores become targets"`
	Scores             string  `key:"scores" default:"cosine" in:"cosine|vmf" read:"dino" hash:"set" doc:"cosines, or log-densities of a von Mises-Fisher mixture whose concentrations are the prototypes' lengths over the temperature"`
	TeacherTemperature float64 `key:"teacher_temperature" default:"0.04" range:"(0,10]" read:"dino,ibot" doc:"teacher temperature after warm-up"`
	WarmupTemperature  float64 `key:"warmup_teacher_temperature" default:"0.04" range:"(0,10]" read:"dino,ibot" doc:"teacher temperature at the start"`
	WarmupEpochs       int     `key:"warmup_teacher_epochs" default:"0" range:"[0,)" read:"dino,ibot" doc:"epochs in which the teacher temperature rises"`
	CenterMomentum     float64 `key:"center_momentum" default:"0.9" range:"[0,1]" read:"dino,ibot" doc:"EMA momentum of the center"`
	Iterations         int     `key:"iterations" default:"3" range:"[1,100]" read:"dino" doc:"Sinkhorn-Knopp iterations, with sinkhorn targets"`
}

// IBOT holds the keys of the [ibot] table (Zhou et al. 2022; defaults of the official code, the temperatures dino's).
type IBOT struct {
	Share              float64 `key:"mask_share" default:"0.5" range:"[0,1]" read:"ibot" doc:"share of the views in which patches are hidden from the student"`
	Ratio              float64 `key:"mask_ratio" default:"0.3" range:"(0,1)" read:"ibot" doc:"mean part of the patches that is hidden there"`
	Spread             float64 `key:"mask_spread" default:"0.2" range:"[0,1)" read:"ibot" doc:"that part is uniform within mask_ratio ± this"`
	Shape              string  `key:"mask_shape" default:"block" in:"block|random" read:"ibot" doc:"hide rectangles, or single patches"`
	Weight             float64 `key:"patch_weight" default:"1" range:"[0,)" read:"ibot" doc:"weight of the hidden patches' loss"`
	TeacherTemperature float64 `key:"patch_teacher_temperature" default:"0.04" range:"(0,10]" read:"ibot" doc:"teacher temperature for patches after warm-up"`
	WarmupTemperature  float64 `key:"patch_warmup_teacher_temperature" default:"0.04" range:"(0,10]" read:"ibot" doc:"teacher temperature for patches at the start; it rises over dino.warmup_teacher_epochs"`
	CenterMomentum     float64 `key:"patch_center_momentum" default:"0.9" range:"[0,1]" read:"ibot" doc:"EMA momentum of the patches' center"`
}

// CARP holds the keys of the [carp] table (Silva and Ramírez Rivera 2023, whose blocks have 512 of 65,536 prototypes).
type CARP struct {
	Block         int     `key:"block" default:"64" range:"[2,)" read:"carp" doc:"prototypes per block of the random partition; what is left over sits the step out"`
	EntropyWeight float64 `key:"entropy_weight" default:"1" range:"[0,)" read:"carp" doc:"weight of the entropy term, which keeps each block's mean prediction uniform"`
}

// MSN holds the keys of the [msn] table (Assran et al. 2022; defaults of the official configurations).
type MSN struct {
	Sharpen    float64 `key:"sharpen" default:"0.25" range:"(0,1]" read:"msn" doc:"targets are the teacher's softmax to the power 1/sharpen"`
	MeMax      float64 `key:"me_max_weight" default:"1" range:"[0,)" read:"msn" doc:"weight of the me-max term, which keeps the mean prediction uniform"`
	Entropy    float64 `key:"entropy_weight" default:"0" range:"[0,)" read:"msn" doc:"weight of the predictions' mean entropy"`
	Sinkhorn   bool    `key:"sinkhorn" default:"true" read:"msn" doc:"balance the targets over the prototypes"`
	Iterations int     `key:"iterations" default:"3" range:"[1,100]" read:"msn" doc:"Sinkhorn-Knopp iterations, with sinkhorn"`
}

// KoLeo holds the keys of the [koleo-prototypes] table.
type KoLeo struct {
	Weight float64 `key:"weight" default:"0.1" range:"[0,)" read:"koleo-prototypes" doc:"weight of the KoLeo term on the prototypes"`
}

// KoLeoFeatures holds the keys of the [koleo-features] table (default of Oquab et al. 2024).
type KoLeoFeatures struct {
	Weight float64 `key:"weight" default:"0.1" range:"[0,)" read:"koleo-features" doc:"weight of the KoLeo term on the student's backbone features, a mean over the views"`
}

// MeMax holds the keys of the [me-max] table.
type MeMax struct {
	Weight float64 `key:"weight" default:"1" range:"[0,)" read:"me-max" doc:"weight of the me-max term: ln K less the entropy of the student's mean prediction at loss.temperature"`
}

// Orthogonality holds the keys of the [orthogonality] table.
type Orthogonality struct {
	Weight float64 `key:"weight" default:"10" range:"[0,)" read:"orthogonality" doc:"weight of the mean squared cosine of two prototypes, which can only vanish for K ≤ D"`
}

// Repulsion holds the keys of the [repulsion] table.
type Repulsion struct {
	Weight float64 `key:"weight" default:"1" range:"[0,)" read:"repulsion" doc:"weight of the mean over pairs of prototypes of max(0, cosine - margin)²"`
	Margin float64 `key:"margin" default:"0.5" range:"[-1,1)" read:"repulsion" doc:"cosine up to which two prototypes leave each other alone"`
}

// Centring holds the keys of the [centring] table.
type Centring struct {
	Momentum float64 `key:"momentum" default:"0.99" range:"[0,1)" read:"centred" doc:"EMA momentum of the teacher embeddings' running mean (a plain mean over the first steps)"`
}

// GMM holds the keys of the [gmm] table: the decoupled online EM (PAPER: Arteaga et
// al. 2025, whose exact values are not public; every choice is a setting).
type GMM struct {
	Covariance       string  `key:"covariance" default:"shared" in:"shared|spherical|diagonal" read:"gmm" doc:"variances: one for all, one per component, or one per component and dimension"`
	Responsibilities string  `key:"responsibilities" default:"gaussian" in:"gaussian|vmf" read:"gmm" doc:"E-step: Gaussian densities, or cosine with fixed precision"`
	Weights          string  `key:"weights" default:"uniform" in:"uniform|learned" read:"gmm" doc:"mixture weights"`
	Forgetting       string  `key:"forgetting" default:"responsibility" in:"responsibility|uniform" read:"gmm" doc:"old statistics fade by the responsibility that replaces them, or with every step"`
	Memory           float64 `key:"memory" default:"1" range:"(0,)" read:"gmm" doc:"statistics remember memory × training images / K units of responsibility, at least 2 (uniform: that many steps' worth)"`
	Precision        float64 `key:"precision" default:"1" range:"(0,)" read:"gmm" doc:"precision (1/variance) at the start in units of D, where 1 is that of unit vectors without a mean; the fixed concentration of vmf responsibilities in the same unit"`
	PrecisionMax     float64 `key:"precision_max" default:"4" range:"(0,)" read:"gmm" doc:"variance floor, as the largest precision in units of D"`
	Smoothing        float64 `key:"smoothing" default:"1" range:"[0,)" read:"gmm" doc:"Dirichlet pseudo-count of learned mixture weights"`
	AnnealStart      float64 `key:"anneal_start" default:"1" range:"(0,1]" read:"gmm" doc:"power of the responsibilities at the start (deterministic annealing)"`
	AnnealEpochs     float64 `key:"anneal_epochs" default:"0" range:"[0,)" read:"gmm" doc:"epochs in which that power rises to 1"`
	Feed             string  `key:"feed" default:"teacher" in:"teacher|student" read:"gmm" doc:"branch whose embeddings the mixture is fitted to"`
	Order            string  `key:"order" default:"before" in:"before|after" read:"gmm" doc:"update before or after the encoder's step"`
	Every            int     `key:"every" default:"1" range:"[1,)" read:"gmm" doc:"update every n steps"`
}

// KMeans holds the keys of the [kmeans] table.
type KMeans struct {
	Memory float64 `key:"memory" default:"1" range:"(0,)" read:"kmeans" doc:"centres remember memory × training images / K embeddings, at least 2"`
}

// EMA holds the keys of the [ema] table.
type EMA struct {
	Momentum float64 `key:"momentum" default:"0.99" range:"[0,1]" read:"ema" doc:"share of itself that a prototype keeps in a step in which embeddings are assigned to it"`
}

// Hyperspherical holds the keys of the [hyperspherical] table (defaults of Mettes et al. 2019's code).
type Hyperspherical struct {
	Steps    int     `key:"steps" default:"10000" range:"[0,)" read:"hyperspherical" doc:"steps of the spreading before training; each costs K²·D multiplications"`
	LR       float64 `key:"lr" default:"0.1" range:"(0,)" read:"hyperspherical" doc:"learning rate of the spreading"`
	Momentum float64 `key:"momentum" default:"0.9" range:"[0,1)" read:"hyperspherical" doc:"momentum of the spreading"`
}
