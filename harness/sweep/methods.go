package sweep

import (
	"errors"
	"strings"

	"protobench/internal/setting"
	"protobench/methods"
)

// What follows is all that this package needs to know of how package methods declares its settings.

// methodTables are the tables of settings that parts of methods have.
func methodTables() []setting.Table {
	return []setting.Table{
		setting.Of[methods.Loss]("loss"), setting.Of[methods.Prototypes]("prototypes"),
		setting.Of[methods.SwAV]("swav"), setting.Of[methods.DINO]("dino"), setting.Of[methods.CARP]("carp"), setting.Of[methods.MSN]("msn"),
		setting.Of[methods.IBOT]("ibot"), setting.Of[methods.DeepCluster]("deepcluster"), setting.Of[methods.SMoG]("smog"),
		setting.Of[methods.PCL]("pcl"), setting.Of[methods.SeLa]("sela"), setting.Of[methods.MaSSL]("massl"),
		setting.Of[methods.GMM]("gmm"), setting.Of[methods.KMeans]("kmeans"), setting.Of[methods.EMA]("ema"),
		setting.Of[methods.EpochKMeans]("epoch-kmeans"), setting.Of[methods.SelfCluster]("self-cluster"),
		setting.Of[methods.Hyperspherical]("hyperspherical"), setting.Of[methods.KoLeo]("koleo-prototypes"),
		setting.Of[methods.KoLeoFeatures]("koleo-features"), setting.Of[methods.MeMax]("me-max"),
		setting.Of[methods.Orthogonality]("orthogonality"), setting.Of[methods.Repulsion]("repulsion"), setting.Of[methods.Centring]("centring"),
	}
}

// methodReads are the settings of other tables that parts of methods read.
func methodReads() []setting.Reads { return nil }

// methodSettings are a run's settings as package methods takes them.
func methodSettings(v setting.Values) methods.Settings {
	return methods.Settings{
		Loss: setting.Read[methods.Loss](v, "loss"), Prototypes: setting.Read[methods.Prototypes](v, "prototypes"),
		SwAV: setting.Read[methods.SwAV](v, "swav"), DINO: setting.Read[methods.DINO](v, "dino"), CARP: setting.Read[methods.CARP](v, "carp"),
		MSN: setting.Read[methods.MSN](v, "msn"), IBOT: setting.Read[methods.IBOT](v, "ibot"),
		DeepCluster: setting.Read[methods.DeepCluster](v, "deepcluster"), SMoG: setting.Read[methods.SMoG](v, "smog"),
		PCL: setting.Read[methods.PCL](v, "pcl"), SeLa: setting.Read[methods.SeLa](v, "sela"), MaSSL: setting.Read[methods.MaSSL](v, "massl"),
		GMM: setting.Read[methods.GMM](v, "gmm"), KMeans: setting.Read[methods.KMeans](v, "kmeans"), EMA: setting.Read[methods.EMA](v, "ema"),
		EpochKMeans: setting.Read[methods.EpochKMeans](v, "epoch-kmeans"), SelfCluster: setting.Read[methods.SelfCluster](v, "self-cluster"),
		Hyperspherical: setting.Read[methods.Hyperspherical](v, "hyperspherical"), KoLeo: setting.Read[methods.KoLeo](v, "koleo-prototypes"),
		KoLeoFeatures: setting.Read[methods.KoLeoFeatures](v, "koleo-features"), MeMax: setting.Read[methods.MeMax](v, "me-max"),
		Orthogonality: setting.Read[methods.Orthogonality](v, "orthogonality"), Repulsion: setting.Read[methods.Repulsion](v, "repulsion"),
		Centring: setting.Read[methods.Centring](v, "centring"),
	}
}

// complete fills in what a composition leaves to its objective.
func complete(c methods.Composition) methods.Composition { return c.Complete() }

// checkComposition returns why a composition makes no sense, or nil.
func checkComposition(c methods.Composition) *setting.KeyError {
	return keyError(methods.Validate(c))
}

// checkConfig returns why a run makes no sense.
func checkConfig(c methods.Config) []*setting.KeyError {
	var wrong []*setting.KeyError
	for _, err := range c.Validate() {
		wrong = append(wrong, keyError(err))
	}
	return wrong
}

// warningsOf are what a reader of a run's numbers should know of its settings.
func warningsOf(c methods.Config) []setting.Warning {
	var out []setting.Warning
	for _, text := range c.Warnings() {
		key, _, _ := strings.Cut(text, " ")
		out = append(out, setting.Warning{Key: key, Text: text})
	}
	return out
}

func keyError(err error) *setting.KeyError {
	if err == nil {
		return nil
	}
	var e *setting.KeyError
	if errors.As(err, &e) {
		return e
	}
	key, found, ok := strings.Cut(err.Error(), ": ")
	if !ok {
		return &setting.KeyError{Found: err.Error()}
	}
	return &setting.KeyError{Key: key, Found: found}
}
