package encoders

// Config holds the keys of the sweep's [encoder] table.
type Config struct {
	Name       string `key:"name" also:"backbone,arch,architecture,model" default:"convnet" in:"convnet|mlp|resnet18|vit|identity" doc:"backbone (identity: none, for vectors)"`
	Width      int    `key:"width" default:"32" range:"[1,1024]" read:"convnet,mlp,resnet18,vit" doc:"channels of the first block, doubled in each further one (mlp: hidden units are 16 × width; resnet18: the first stage has 2 × width channels; vit: tokens have dimension 6 × width)"`
	Depth      int    `key:"depth" default:"4" range:"[1,6]" read:"convnet,mlp,resnet18,vit" doc:"number of blocks (mlp: of hidden layers; resnet18: of stages of two residual blocks; vit: of transformer blocks)"`
	StemStride int    `key:"stem_stride" default:"1" range:"[1,2]" read:"convnet,resnet18" doc:"stride of the first convolution"`
	Stem       string `key:"stem" default:"small" in:"small|imagenet" read:"resnet18" hash:"set" config:"set" doc:"first layers: small, a 3×3 convolution, or imagenet, for large images a 7×7 convolution of stride 2 and a 3×3 max-pool of stride 2 (He et al. 2016)"`
	Winograd   int    `key:"winograd" default:"2" in:"0|2|4" read:"convnet,resnet18" hash:"set" doc:"side of the output tiles that convolutions of stride 1 are computed in by minimal filtering (4: faster and less exact; 0: not, directly)"`
	Patch      int    `key:"patch" default:"4" range:"[1,64]" read:"vit" doc:"side of a patch in pixels, a divisor of the image's sides"`
	Heads      int    `key:"heads" default:"3" range:"[1,64]" read:"vit" doc:"attention heads, a divisor of the tokens' dimension"`
	Hidden     int    `key:"hidden" default:"256" range:"[0,8192]" read:"convnet,resnet18,vit" doc:"hidden units of the projector, and of smog's predictor (0: as many as the backbone has features)"`
	Projector  string `key:"projector" default:"bn-relu" in:"bn-relu|gelu|bn-gelu" read:"convnet,resnet18,vit" hash:"set" doc:"projector: Linear, BN, ReLU, Linear (SwAV), three linear layers with GELU (DINO), or those with BN before GELU (CARP, MSN)"`
	Dim        int    `key:"dim" also:"feat_dim,embedding_dim,proj_dim" default:"128" range:"[2,4096]" doc:"dimension D of the embedding (identity: that of the images)"`

	// Masked is for masked image modelling (no setting: its objective asks for it): a vit gets a
	// mask token, and in training gives its patches' embeddings too.
	Masked bool

	// BF16 rounds the operands of products to bf16 in training (train.precision asks for it): those
	// of linear maps, attention and convolutions of an even number of channels, forward and
	// backward. Evaluation keeps float32.
	BF16 bool
}

// stemLarge is the value of encoder.stem for large images.
const stemLarge = "imagenet"

// Input is the shape of one image as the encoder reads it: rows, columns, channels.
type Input struct{ Height, Width, Channels int }
