// Program otelcol is an OpenTelemetry Collector with the components that
// signalbox's configuration files use, and no more: it builds in under a
// minute, where the full contrib distribution takes far longer.
//
// It is written by hand after what go.opentelemetry.io/collector/cmd/builder
// writes, because the builder's "go mod tidy" asks for the test dependencies of
// every component.
package main

import (
	"os"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"
	"go.opentelemetry.io/collector/otelcol"
)

// The release of every component in go.mod; "otelcol --version" prints it.
const version = "0.155.0"

func main() {
	command := otelcol.NewCommand(otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{
			Command:     "otelcol",
			Description: "OpenTelemetry Collector for signalbox's tests",
			Version:     version,
		},
		Factories: components,
		ConfigProviderSettings: otelcol.ConfigProviderSettings{
			ResolverSettings: confmap.ResolverSettings{
				ProviderFactories: []confmap.ProviderFactory{
					envprovider.NewFactory(),
					fileprovider.NewFactory(),
					yamlprovider.NewFactory(),
				},
			},
		},
	})
	// cobra has already printed the error.
	if err := command.Execute(); err != nil {
		os.Exit(1)
	}
}
