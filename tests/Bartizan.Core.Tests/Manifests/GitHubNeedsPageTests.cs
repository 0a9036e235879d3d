using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Manifests;

/// <summary>The example of docs/providers.md, and what it says that <c>bartizan check</c> says of it.</summary>
public sealed class GitHubNeedsPageTests
{
    private const string Fence = "```";

    [Fact]
    public void The_page_shows_what_check_says_of_its_example()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "providers.md"));
        var section = page[page.IndexOf("## What the rules need", StringComparison.Ordinal)..];
        var blocks = section.Split(Fence);
        var load = Repository.LoadText(blocks[1]["yaml\n".Length..]);

        load.Errors.ShouldBeEmpty();
        var said = blocks[3].Split('\n').Select(line => line.Trim()).Where(line => line.Length > 1).ToList();
        said.ShouldBe([
            "$ bartizan check",
            .. load.Warnings.Select(warning => $"warning: {warning.Position}: {warning.Message}"),
            "agent.yaml: valid, 3 rules",
            .. ManifestReport.AskedOf(load.Manifest!),
        ]);
    }
}
