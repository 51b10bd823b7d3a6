package methods

// Composition says what an arm is made of: the axes on which methods differ.
type Composition struct {
	Name         string   // as tables show it
	Objective    string   // swav, dino, ibot, carp, msn, deepcluster; or smog, pcl, sela, massl, which own their prototypes
	Learner      string   // joint, frozen, gmm, kmeans, epoch-kmeans, self-cluster, ema, hyperspherical, or a schedule of them, see [Phases]; the objective's name where that owns its prototypes
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
	DecayRise   float64 `key:"weight_decay_rise" default:"1" range:"[0,)" hash:"set" needs:"train.weight_decay!=0|prototypes.weight_decay!=0" doc:"weight decay at the end of its cosine, as a multiple of that at the start (DINO: 10)"`
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

	DeepCluster DeepCluster `key:"deepcluster"`
	SMoG        SMoG        `key:"smog"`
	PCL         PCL         `key:"pcl"`
	SeLa        SeLa        `key:"sela"`
	MaSSL       MaSSL       `key:"massl"`

	GMM    GMM    `key:"gmm"`
	KMeans KMeans `key:"kmeans"`
	EMA    EMA    `key:"ema"`

	EpochKMeans EpochKMeans `key:"epoch-kmeans"`
	SelfCluster SelfCluster `key:"self-cluster"`

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
	Temperature float64 `key:"temperature" default:"0.1" range:"(0,10]" read:"swav,dino,ibot,msn,deepcluster,smog,massl" doc:"student temperature (msn: of both branches)"`
}

// Prototypes holds what every learner shares.
type Prototypes struct {
	Count       int     `key:"count" default:"256" range:"[2,)" read:"swav,dino,ibot,carp,msn,deepcluster,smog,pcl,sela" doc:"number of prototypes K"`
	LRMult      float64 `key:"lr_mult" default:"1" range:"[0,)" read:"joint,sela" doc:"prototypes' learning rate as a multiple of train.lr"`
	Decay       float64 `key:"weight_decay" default:"0" range:"[0,)" read:"joint,sela" doc:"weight decay of the prototypes"`
	Norm        float64 `key:"norm" default:"1" range:"(0,)" read:"joint" hash:"set" doc:"length of joint prototypes at the start, where the objective is weight-normalised or uses it (DINO: 0.58; shorter ones turn faster)"`
	Freeze      float64 `key:"freeze_epochs" default:"0" range:"[0,)" read:"joint" doc:"epochs at the start in which joint prototypes get no update"`
	Init        string  `key:"init" default:"random" in:"random|data|kmeans++" read:"swav,dino,ibot,carp,msn,deepcluster,smog,sela" doc:"start: random unit vectors, teacher embeddings of training images, or such embeddings spread by k-means++ (observers: always random)"`
	ReseedBelow float64 `key:"reseed_below" default:"0.02" range:"[0,1]" read:"joint,gmm,kmeans,epoch-kmeans,self-cluster,ema" needs:"own learner,prototypes.reseed=true" doc:"a prototype is re-seeded when its running share of the assignments falls below this part of 1/K"`
	Reseed      bool    `key:"reseed" default:"false" read:"joint,gmm,kmeans,epoch-kmeans,self-cluster,ema" needs:"own learner" doc:"move prototypes that nothing is assigned to"`
	ReseedBy    string  `key:"reseed_by" default:"distance" in:"distance|split" read:"joint,gmm,kmeans,epoch-kmeans,self-cluster,ema" hash:"set" needs:"own learner,prototypes.reseed=true" doc:"where to: onto embeddings that are badly covered, or beside the prototype with the largest share (gmm, kmeans: with half of its statistics)"`
}

// SwAV holds the keys of the [swav] table (Caron et al. 2020).
type SwAV struct {
	Epsilon    float64 `key:"epsilon" default:"0.05" range:"(0,10]" read:"swav" doc:"entropy of the Sinkhorn-Knopp codes"`
	Iterations int     `key:"iterations" default:"3" range:"[1,100]" read:"swav" doc:"Sinkhorn-Knopp iterations"`
	Queue      int     `key:"queue" default:"0" range:"[0,)" read:"swav" doc:"past embeddings per view that take part in the codes"`
	QueueStart float64 `key:"queue_start" default:"1" range:"[0,)" read:"swav" needs:"swav.queue!=0" doc:"epoch from which the queue is used"`
	Targets    string  `key:"targets" default:"student" in:"student|teacher" read:"swav" doc:"branch whose embeddings give the codes"`
}

// DINO holds the keys of the [dino] table (Caron et al. 2021).
type DINO struct {
	Targets            string  `key:"targets" default:"centering" in:"centering|sinkhorn" read:"dino" doc:"how teacher scores become targets"`
	Scores             string  `key:"scores" default:"cosine" in:"cosine|vmf" read:"dino" hash:"set" doc:"cosines, or log-densities of a von Mises-Fisher mixture whose concentrations are the prototypes' lengths over the temperature"`
	TeacherTemperature float64 `key:"teacher_temperature" default:"0.04" range:"(0,10]" read:"dino,ibot" doc:"teacher temperature after warm-up"`
	WarmupTemperature  float64 `key:"warmup_teacher_temperature" default:"0.04" range:"(0,10]" read:"dino,ibot" needs:"dino.warmup_teacher_epochs!=0" doc:"teacher temperature at the start"`
	WarmupEpochs       int     `key:"warmup_teacher_epochs" default:"0" range:"[0,)" read:"dino,ibot" needs:"dino.warmup_teacher_temperature!=dino.teacher_temperature|ibot.patch_warmup_teacher_temperature!=ibot.patch_teacher_temperature" doc:"epochs in which the teacher temperature rises"`
	CenterMomentum     float64 `key:"center_momentum" default:"0.9" range:"[0,1]" read:"dino,ibot" doc:"EMA momentum of the center"`
	Iterations         int     `key:"iterations" default:"3" range:"[1,100]" read:"dino.targets=sinkhorn" doc:"Sinkhorn-Knopp iterations, with sinkhorn targets"`
}

// IBOT holds the keys of the [ibot] table (Zhou et al. 2022; defaults of the official code, the temperatures dino's).
type IBOT struct {
	Share              float64 `key:"mask_share" default:"0.5" range:"[0,1]" read:"ibot" doc:"share of the views in which patches are hidden from the student"`
	Ratio              float64 `key:"mask_ratio" default:"0.3" range:"(0,1)" read:"ibot" needs:"ibot.mask_share!=0" doc:"mean part of the patches that is hidden there"`
	Spread             float64 `key:"mask_spread" default:"0.2" range:"[0,1)" read:"ibot" needs:"ibot.mask_share!=0" doc:"that part is uniform within mask_ratio ± this"`
	Shape              string  `key:"mask_shape" default:"block" in:"block|random" read:"ibot" needs:"ibot.mask_share!=0" doc:"hide rectangles, or single patches"`
	Weight             float64 `key:"patch_weight" default:"1" range:"[0,)" read:"ibot" needs:"ibot.mask_share!=0" doc:"weight of the hidden patches' loss"`
	TeacherTemperature float64 `key:"patch_teacher_temperature" default:"0.04" range:"(0,10]" read:"ibot" needs:"ibot.mask_share!=0,ibot.patch_weight!=0" doc:"teacher temperature for patches after warm-up"`
	WarmupTemperature  float64 `key:"patch_warmup_teacher_temperature" default:"0.04" range:"(0,10]" read:"ibot" needs:"ibot.mask_share!=0,ibot.patch_weight!=0,dino.warmup_teacher_epochs!=0" doc:"teacher temperature for patches at the start; it rises over dino.warmup_teacher_epochs"`
	CenterMomentum     float64 `key:"patch_center_momentum" default:"0.9" range:"[0,1]" read:"ibot" needs:"ibot.mask_share!=0,ibot.patch_weight!=0" doc:"EMA momentum of the patches' center"`
}

// CARP holds the keys of the [carp] table (Silva and Ramírez Rivera 2023, whose blocks have 512 of 65,536 prototypes).
type CARP struct {
	Block         int     `key:"block" default:"64" range:"[0,)" read:"carp" doc:"prototypes per block of the random partition, at least 2; what is left over sits the step out (0: one block of all, as in CARL)"`
	EntropyWeight float64 `key:"entropy_weight" default:"1" range:"[0,)" read:"carp" doc:"weight of the entropy term, which keeps each block's mean prediction uniform"`
}

// MSN holds the keys of the [msn] table (Assran et al. 2022; defaults of the official configurations).
type MSN struct {
	Sharpen    float64 `key:"sharpen" default:"0.25" range:"(0,1]" read:"msn" doc:"targets are the teacher's softmax to the power 1/sharpen"`
	MeMax      float64 `key:"me_max_weight" default:"1" range:"[0,)" read:"msn" doc:"weight of the me-max term, which keeps the mean prediction uniform"`
	Entropy    float64 `key:"entropy_weight" default:"0" range:"[0,)" read:"msn" doc:"weight of the predictions' mean entropy"`
	Sinkhorn   bool    `key:"sinkhorn" default:"true" read:"msn" doc:"balance the targets over the prototypes"`
	Iterations int     `key:"iterations" default:"3" range:"[1,100]" read:"msn.sinkhorn=true" doc:"Sinkhorn-Knopp iterations, with sinkhorn"`
}

// DeepCluster holds the keys of the [deepcluster] table.
type DeepCluster struct {
	Targets string `key:"targets" default:"teacher" in:"student|teacher" read:"deepcluster" doc:"branch whose embeddings give the labels"`
	Heads   int    `key:"heads" default:"1" range:"[1,64]" read:"deepcluster" hash:"set" doc:"sets of prototypes.count prototypes, each with a learner of its own; all train the encoder, metrics see the first (DeepCluster-v2: 3)"`
}

// SMoG holds the keys of the [smog] table (Pang et al. 2022; defaults of lightly's code).
type SMoG struct {
	Momentum   float64 `key:"momentum" default:"0.99" range:"[0,1)" read:"smog" doc:"share β of itself that a group keeps in a step in which projections are given to it"`
	ResetSteps int     `key:"reset_steps" default:"300" range:"[0,)" read:"smog" doc:"steps after which the groups are clustered anew and the teacher is set to the student (0: never)"`
}

// PCL holds the keys of the [pcl] table (Li et al. 2021; the official code has 16,384 negatives and 20 warm-up epochs of 200, for
// 1.3 million images).
type PCL struct {
	Temperature  float64 `key:"temperature" default:"0.2" range:"(0,10]" read:"pcl" doc:"temperature τ of InfoNCE and mean of the centroids' temperatures"`
	Sets         int     `key:"sets" default:"3" range:"[1,9]" read:"pcl" doc:"clusterings M: of prototypes.count centroids, half as many, a quarter …"`
	Negatives    int     `key:"negatives" default:"1024" range:"[1,)" read:"pcl" doc:"past keys in InfoNCE, and at most so many other centroids in each set's softmax"`
	Iterations   int     `key:"iterations" default:"20" range:"[1,1000]" read:"pcl" doc:"iterations of k-means"`
	WarmupEpochs float64 `key:"warmup_epochs" default:"2" range:"[0,)" read:"pcl" doc:"epochs of InfoNCE alone, at least one"`
}

// SeLa holds the keys of the [sela] table (Asano et al. 2020; defaults of the official code on CIFAR).
type SeLa struct {
	Lambda        float64 `key:"lambda" default:"10" range:"(0,100]" read:"sela" doc:"power λ of the predictions in the transport plan; the larger, the less smooth (ImageNet: 25)"`
	Threshold     float64 `key:"threshold" default:"0.01" range:"(0,)" read:"sela" doc:"error at which the plan's scaling stops, a sum over the images (ImageNet: 0.1)"`
	RelabelEpochs float64 `key:"relabel_epochs" default:"1" range:"(0,)" read:"sela" doc:"epochs between two labellings; the first one is before training, by the initial network"`
	Heads         int     `key:"heads" default:"1" range:"[1,64]" read:"sela" hash:"set" doc:"classifiers with prototypes.count labels each; all train the encoder, metrics see the first (the paper has 1 and 10)"`
}

// MaSSL holds the keys of the [massl] table (Silva et al. 2024; the official code has 65,536 entries in blocks of 1,024, for 1.3
// million images).
type MaSSL struct {
	Memory             int     `key:"memory" default:"2048" range:"[2,)" read:"massl" doc:"past embeddings that stand in the prototypes' place"`
	Block              int     `key:"block" default:"256" range:"[2,)" read:"massl" doc:"embeddings per block of the random partition; what is left over sits the step out"`
	TeacherTemperature float64 `key:"teacher_temperature" default:"0.07" range:"(0,10]" read:"massl" doc:"teacher temperature after warm-up"`
	WarmupTemperature  float64 `key:"warmup_teacher_temperature" default:"0.04" range:"(0,10]" read:"massl" needs:"massl.warmup_teacher_epochs!=0" doc:"teacher temperature at the start"`
	WarmupEpochs       int     `key:"warmup_teacher_epochs" default:"6" range:"[0,)" read:"massl" needs:"massl.warmup_teacher_temperature!=massl.teacher_temperature" doc:"epochs in which the teacher temperature rises"`
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
	Margin float64 `key:"margin" default:"0.5" range:"[-1,1)" read:"repulsion" needs:"repulsion.weight!=0" doc:"cosine up to which two prototypes leave each other alone"`
}

// Centring holds the keys of the [centring] table.
type Centring struct {
	Momentum float64 `key:"momentum" default:"0.99" range:"[0,1)" read:"centred" doc:"EMA momentum of the teacher embeddings' running mean (a plain mean over the first steps)"`
}

// GMM holds the keys of the [gmm] table: the decoupled online EM (Arteaga et al. 2025, whose exact values are not public; every
// choice is a setting).
type GMM struct {
	Covariance       string  `key:"covariance" default:"shared" in:"shared|spherical|diagonal" read:"gmm" doc:"variances: one for all, one per component, or one per component and dimension"`
	Responsibilities string  `key:"responsibilities" default:"gaussian" in:"gaussian|vmf" read:"gmm" doc:"E-step: Gaussian densities, or cosine with fixed precision"`
	Weights          string  `key:"weights" default:"uniform" in:"uniform|learned|sinkhorn" read:"gmm" doc:"mixture weights; sinkhorn: uniform ones, and responsibilities balanced over the components"`
	Iterations       int     `key:"iterations" default:"3" range:"[1,100]" read:"gmm.weights=sinkhorn" hash:"set" doc:"Sinkhorn-Knopp iterations, with weights = \"sinkhorn\""`
	Forgetting       string  `key:"forgetting" default:"responsibility" in:"responsibility|uniform" read:"gmm" doc:"old statistics fade by the responsibility that replaces them, or with every step"`
	Memory           float64 `key:"memory" default:"1" range:"(0,)" read:"gmm.step=constant" doc:"statistics remember memory × training images / K units of responsibility, at least 2 (uniform: that many steps' worth), with step = \"constant\""`
	Step             string  `key:"step" default:"constant" in:"constant|cappe-moulines|liang-klein" read:"gmm" hash:"set" doc:"step size of the t-th update: from gmm.memory, (t + step_offset)^-step_power, or (t + 1)^-step_power; responsibility forgetting then remembers one over the step size"`
	StepPower        float64 `key:"step_power" default:"0.6" range:"(0.5,1]" read:"gmm.step=cappe-moulines,gmm.step=liang-klein" hash:"set" doc:"power of a step size that falls (0.6 as Cappé and Moulines advise, 0.7 as Liang and Klein used)"`
	StepOffset       float64 `key:"step_offset" default:"1" range:"[1,)" read:"gmm.step=cappe-moulines" hash:"set" doc:"updates that the cappe-moulines schedule starts late"`
	Precision        float64 `key:"precision" default:"1" range:"(0,)" read:"gmm" doc:"precision (1/variance) at the start in units of D, where 1 is that of unit vectors without a mean; the fixed concentration of vmf responsibilities in the same unit"`
	PrecisionMax     float64 `key:"precision_max" default:"4" range:"(0,)" read:"gmm" doc:"variance floor, as the largest precision in units of D"`
	Smoothing        float64 `key:"smoothing" default:"1" range:"[0,)" read:"gmm.weights=learned" doc:"Dirichlet pseudo-count of learned mixture weights"`
	AnnealStart      float64 `key:"anneal_start" default:"1" range:"(0,1]" read:"gmm" needs:"gmm.anneal_epochs!=0" doc:"power of the responsibilities at the start (deterministic annealing)"`
	AnnealEpochs     float64 `key:"anneal_epochs" default:"0" range:"[0,)" read:"gmm" needs:"gmm.anneal_start!=1" doc:"epochs in which that power rises to 1"`
	Feed             string  `key:"feed" default:"teacher" in:"teacher|student" read:"gmm" doc:"branch whose embeddings the mixture is fitted to"`
	Order            string  `key:"order" default:"before" in:"before|after" read:"gmm" doc:"update before or after the encoder's step"`
	Every            int     `key:"every" default:"1" range:"[1,)" read:"gmm" doc:"update every n steps"`
}

// KMeans holds the keys of the [kmeans] table.
type KMeans struct {
	Memory float64 `key:"memory" default:"1" range:"(0,)" read:"kmeans" doc:"centres remember memory × training images / K embeddings, at least 2"`
}

// EpochKMeans holds the keys of the [epoch-kmeans] table (defaults of Caron et al. 2020's DeepCluster-v2).
type EpochKMeans struct {
	Iterations int    `key:"iterations" default:"10" range:"[1,1000]" read:"epoch-kmeans" doc:"iterations of spherical k-means at the start of each epoch"`
	Start      string `key:"start" default:"data" in:"data|previous" read:"epoch-kmeans" doc:"centres that k-means starts from: random embeddings of the bank (each epoch numbers its clusters anew), or those of the epoch before"`
}

// SelfCluster holds the keys of the [self-cluster] table (defaults of Darcet et al. 2025's CAPI).
type SelfCluster struct {
	LR                float64 `key:"lr" default:"0.0005" range:"(0,)" read:"self-cluster" doc:"learning rate of the prototypes' own AdamW, constant"`
	WeightDecay       float64 `key:"weight_decay" default:"0" range:"[0,)" read:"self-cluster" doc:"weight decay of that AdamW"`
	TargetTemperature float64 `key:"target_temperature" default:"0.06" range:"(0,10]" read:"self-cluster" doc:"temperature of the Sinkhorn targets"`
	Temperature       float64 `key:"temperature" default:"0.12" range:"(0,10]" read:"self-cluster" doc:"temperature of the predictions"`
	Iterations        int     `key:"iterations" default:"3" range:"[1,100]" read:"self-cluster" doc:"Sinkhorn-Knopp iterations"`
}

// EMA holds the keys of the [ema] table.
type EMA struct {
	Momentum float64 `key:"momentum" default:"0.99" range:"[0,1]" read:"ema" doc:"share of itself that a prototype keeps in a step in which embeddings are assigned to it"`
}

// Hyperspherical holds the keys of the [hyperspherical] table (defaults of Mettes et al. 2019's code).
type Hyperspherical struct {
	Steps    int     `key:"steps" default:"10000" range:"[0,)" read:"hyperspherical" doc:"steps of the spreading before training; each costs K²·D multiplications"`
	LR       float64 `key:"lr" default:"0.1" range:"(0,)" read:"hyperspherical" needs:"hyperspherical.steps!=0" doc:"learning rate of the spreading"`
	Momentum float64 `key:"momentum" default:"0.9" range:"[0,1)" read:"hyperspherical" needs:"hyperspherical.steps!=0" doc:"momentum of the spreading"`
}
