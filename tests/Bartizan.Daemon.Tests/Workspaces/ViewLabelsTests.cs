using Bartizan.Core.Sessions;
using Bartizan.Daemon.Workspaces;

namespace Bartizan.Daemon.Tests.Workspaces;

public sealed class ViewLabelsTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData("data/docs")]
    [InlineData("data/docs/")]
    [InlineData("data")]
    [InlineData("link/docs")]
    [InlineData("again/docs")]
    [InlineData("leaf")]
    [InlineData("again/up/data/docs")]
    [InlineData("link/docs/a.txt")]
    public void What_is_mounted_brings_its_labels_over_whatever_links_it_is_named(string mount)
    {
        var labels = Labelled();
        new ViewLabels(labels).With([Path.Combine(_home, mount)]).ShouldBe(Labels.Untrusted);
    }

    [Theory]
    [InlineData("other")]
    [InlineData("link/more")]
    [InlineData("circle/docs")]
    [InlineData("nothing/docs")]
    public void What_carries_no_labels_brings_none(string mount)
    {
        var labels = Labelled();
        new ViewLabels(labels).With([Path.Combine(_home, mount)]).ShouldBe(Labels.None);
    }

    private FileLabels Labelled()
    {
        Directory.CreateDirectory(Path.Combine(_home, "data/docs"));
        Directory.CreateDirectory(Path.Combine(_home, "data/more"));
        Directory.CreateDirectory(Path.Combine(_home, "other"));
        File.CreateSymbolicLink(Path.Combine(_home, "link"), Path.Combine(_home, "data"));
        File.CreateSymbolicLink(Path.Combine(_home, "again"), "other/../link");
        File.CreateSymbolicLink(Path.Combine(_home, "leaf"), "link/docs");
        File.CreateSymbolicLink(Path.Combine(_home, "data/up"), "..");
        File.CreateSymbolicLink(Path.Combine(_home, "circle"), "circle");
        File.WriteAllText(Path.Combine(_home, "data/docs/a.txt"), "");
        var labels = new FileLabels(_home);
        labels.Add([Path.Combine(_home, "data/docs/a.txt")], Labels.Untrusted);
        return labels;
    }
}
