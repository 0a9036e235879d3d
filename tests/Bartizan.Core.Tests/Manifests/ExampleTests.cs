using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Manifests;

public sealed class ExampleTests
{
    [Theory]
    [InlineData("minimal.yaml")]
    [InlineData("claude-code.yaml")]
    [InlineData("codex.yaml")]
    [InlineData("reader.yaml")]
    public void Each_example_loads_without_a_complaint(string name)
    {
        var load = Repository.LoadFile(Repository.PathOf("examples", name));

        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();
        load.Warnings.Select(ManifestLoader.Describe).ShouldBeEmpty();
        load.Manifest.ShouldNotBeNull();
        load.Manifest.Layers.Select(l => l.Name)
            .Where(layer => layer != "trust")
            .ShouldBe(["baseline floor", "manifest"]);
    }

    [Fact]
    public void The_full_example_fails_on_exactly_what_is_not_supported_yet()
    {
        var load = Repository.LoadFile(Repository.PathOf("examples", "full.yaml"));
        var found = load.Errors.Select(e => $"{e.Position.Line}:{e.Position.Column}: {e.Message}");

        var golden = Repository.PathOf("conformance", "policy", "full-example.errors.txt");
        if (Environment.GetEnvironmentVariable("BARTIZAN_GOLDEN") == "write")
        {
            File.WriteAllLines(golden, found);
        }

        found.ShouldBe(File.ReadAllLines(golden));
    }
}
