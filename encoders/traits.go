package encoders

// HasProjector reports whether the encoder has a projector of its own between features and embedding.
func (c Config) HasProjector() bool { return c.Name != "mlp" && c.Name != "identity" }

// WholeImages reports whether the encoder reads images of one size alone, and no smaller crops.
func (c Config) WholeImages() bool { return c.Name == "mlp" || c.Name == "identity" }

// HasPatches reports whether the encoder can give embeddings of patches.
func (c Config) HasPatches() bool { return c.Name == "vit" }
